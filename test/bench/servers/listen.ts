import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerParent } from '../../processes/answer.ts'
import type { Target } from '../target.ts'
import { cpuMs, memory } from './measures.ts'
import { profile, profiled } from './profiler.ts'

/** Serves a contestant on a free port, tells the parent how to sign in there, and does what it says. */
export async function listen(
  listener: RequestListener,
  paths: Omit<Target, 'port'>,
  commands: Parameters<typeof answerParent>[0] = {},
): Promise<void> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  // A thousand connections at one instant must not be turned away by the queue of the system.
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
  await once(server, 'listening')
  const target: Target = { port: (server.address() as AddressInfo).port, ...paths }
  answerParent({ cpuMs, memory, profile, profiled, ...commands }, target)
}
