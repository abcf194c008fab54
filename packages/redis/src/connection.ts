import type {
  IoredisClient,
  IoredisCluster,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisScripts,
  NodeRedisSentinel,
  RedisClient,
} from './client.ts'

/** Sends a command to one server. */
export type Send = (name: string, ...args: string[]) => Promise<unknown>

/** What every client can be asked. */
export interface Connection {
  /** Runs a script, by its text or by its hash, on the master that has the key. */
  run(command: 'eval' | 'evalsha', script: string, key: string, ...args: string[]): Promise<unknown>
  /** Every master. @throws Error if the client knows none, as one of a cluster does before it has run anything */
  masters(): Promise<readonly Send[]>
}

/** @throws TypeError if it is not a known client */
export function createConnection(client: RedisClient): Connection {
  if (has(client, 'call')) return ioredisConnection(client as IoredisCluster)
  const scripts = ['evalSha', 'eval']
  if (scripts.every((method) => has(client, method))) return nodeRedisConnection(client as NodeRedisClient)
  throw new TypeError('client must be a client of node-redis 4 or later, or of ioredis 5 or later')
}

function ioredisConnection(client: IoredisCluster): Connection {
  const sendTo =
    (server: IoredisClient): Send =>
    (name, ...args) =>
      server.call(name, ...args)
  return {
    run: (command, script, key, ...args) => client.call(command, script, '1', key, ...args),
    masters: async () => requireMasters((has(client, 'nodes') ? client.nodes('master') : [client]).map(sendTo)),
  }
}

function nodeRedisConnection(client: NodeRedisScripts): Connection {
  return {
    run(command, script, key, ...args) {
      // The cluster of version 4 takes the script for the options, finds no key there, and asks nodes at random.
      const isVersion4 = !has(client, 'withTypeMapping')
      if (isVersion4 && isCluster(client)) return client.sendCommand(key, false, [command, script, '1', key, ...args])
      const call = { keys: [key], arguments: args }
      return command === 'eval' ? client.eval(script, call) : client.evalSha(script, call)
    },
    masters: () => nodeRedisMasters(client),
  }
}

/** Uses raw commands, since the methods treat their arguments and answers differently in each version. */
async function nodeRedisMasters(client: NodeRedisScripts): Promise<readonly Send[]> {
  if (isCluster(client)) {
    const nodes = await Promise.all(client.masters.map(async (node) => client.nodeClient(node as never)))
    return nodes.map(
      (node) =>
        (...command) =>
          node.sendCommand(command),
    )
  }
  if (isSentinel(client)) return [(...command) => client.sendCommand(false, command)]
  return [(...command) => (client as NodeRedisClient).sendCommand(command)]
}

/** A client that knows no master must not pass for a server without records, or for one that was looked at. */
function requireMasters(masters: readonly Send[]): readonly Send[] {
  if (masters.length > 0) return masters
  throw new Error('the Redis client knows no master: is it connected?')
}

function isCluster(client: NodeRedisScripts): client is NodeRedisCluster {
  return has(client, 'nodeClient')
}

function isSentinel(client: NodeRedisScripts): client is NodeRedisSentinel {
  return has(client, 'getMasterNode')
}

function has(client: object | null | undefined, method: string): boolean {
  return typeof (client as Record<string, unknown> | null | undefined)?.[method] === 'function'
}
