/** Keeps the shared servers of a whole run: test files run in processes of their own, and ask for them here. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { leftOutBlock } from './left-out.ts'
import { serviceNames } from './programs.mjs'
import { type Server, type ServiceName, startServer } from './servers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    readonly services: {
      /** Where a test file asks for a shared server. */
      readonly address: string
      /** Where it notes that it left tests out: a line for each, the service's name. */
      readonly leftOutFile: string
    }
  }
}

/** Called by vitest before a run; what it returns, after it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = new Map<ServiceName, Promise<Server>>()
  const shared = (name: ServiceName): Promise<Server> => {
    const server = started.get(name) ?? startServer(name, { durable: false })
    started.set(name, server)
    return server
  }
  const desk = createServer((request, response) => {
    const name = serviceNames.find((one) => request.url === `/${one}`)
    if (name === undefined) return void response.writeHead(404).end()
    return answer(response, shared(name))
  })
  desk.listen(0, '127.0.0.1')
  await once(desk, 'listening')
  desk.unref()
  const leftOutFile = join(tmpdir(), `latchkey-left-out-${randomUUID()}`)
  const address = `http://127.0.0.1:${(desk.address() as AddressInfo).port}`
  project.provide('services', { address, leftOutFile })
  return async () => {
    desk.close()
    desk.closeAllConnections()
    await Promise.allSettled([...started.values()].map(async (server) => (await server).stop()))
    process.stderr.write(leftOutBlock(leftOutFile))
    rmSync(leftOutFile, { force: true })
  }
}

async function answer(response: ServerResponse, server: Promise<Server>): Promise<void> {
  try {
    const { urls } = await server
    response.end(JSON.stringify(urls))
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error))
  }
}
