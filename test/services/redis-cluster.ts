import { until } from './process.ts'
import { redisKind, send } from './redis.ts'
import { createServer, type Kind, type Server } from './server.ts'

const slots = 16_384
const masters = 3
const busDistance = 10_000

/** Three masters that share all slots. */
export async function createCluster(durable: boolean, extra: readonly string[]): Promise<Server> {
  const nodes = await Promise.all(Array.from({ length: masters }, () => createServer(nodeKind(durable, extra))))
  const urls = nodes.flatMap((node) => node.urls)
  await join(urls)
  await until(() => isWhole(urls))
  const each = async (act: (node: Server) => Promise<void>): Promise<void> => {
    await Promise.all(nodes.map(act))
  }
  return Object.freeze({
    name: 'redis-cluster',
    urls: urls as [string, ...string[]],
    start: async () => {
      await each((node) => node.start())
      await until(() => isWhole(urls))
    },
    kill: () => each((node) => node.kill()),
    pause: () => {
      for (const node of nodes) node.pause()
    },
    resume: () => {
      for (const node of nodes) node.resume()
    },
    stop: () => each((node) => node.stop()),
  })
}

function nodeKind(durable: boolean, extra: readonly string[]): Kind {
  // A shared one is never killed, and must not take a busy machine for a node that is down.
  const timeoutMs = durable ? 1000 : 5000
  const asNode = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(timeoutMs)]
  return { ...redisKind(durable, [...asNode, ...extra]), name: 'redis-cluster', portsBeside: [busDistance] }
}

async function join(urls: readonly string[]): Promise<void> {
  const ports = urls.map((url) => new URL(url).port)
  for (const [index, url] of urls.entries()) {
    await send(url, ['CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)])
    await send(url, ['CLUSTER', 'ADDSLOTS', ...slotsOf(index)])
    for (const port of ports.slice(0, index)) await send(url, ['CLUSTER', 'MEET', '127.0.0.1', port])
  }
}

/** The slots of one master, one by one: ranges are newer than Redis 6. */
function slotsOf(index: number): string[] {
  const first = Math.ceil((index * slots) / masters)
  const end = Math.ceil(((index + 1) * slots) / masters)
  return Array.from({ length: end - first }, (_, offset) => String(first + offset))
}

async function isWhole(urls: readonly string[]): Promise<boolean> {
  const states = await Promise.all(urls.map((url) => send(url, ['CLUSTER', 'INFO'])))
  return states.every((state) => /cluster_state:ok/.test(String(state)) && /cluster_size:3/.test(String(state)))
}
