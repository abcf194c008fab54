import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Client, type ClientOptions, createClient } from '@latchkey/client'
import type { MfaEvent } from '@latchkey/core'
import { type ManualClock, manualClock, virtualAuthenticator } from '@latchkey/testing'
import { onTestFinished } from 'vitest'
import type { BuildApp } from './app-contract.ts'
import { temporaryFolder } from './temporary-folder.ts'

export const alice = { username: 'alice', password: 'correct horse battery staple' }
export const transfer = { to: 'bob', amount: 50 }

/** An example that can be restarted, with alice in it, and clients whose waits go by on its clock. */
export interface OpenedExample {
  /** Where Latchkey is mounted. */
  readonly baseUrl: string
  readonly clock: ManualClock
  /** Each request, as `POST /auth/login`. */
  readonly requests: readonly string[]
  readonly client: (options?: Partial<ClientOptions>) => Client
  /** Enrolls alice, half a minute ago. @returns the secret */
  readonly enrolled: () => Promise<string>
  readonly stop: () => Promise<void>
  /** With the same data and the same secret, on the same port. */
  readonly restart: () => Promise<void>
  /** What all events of a type came to. */
  readonly told: (type: MfaEvent['type']) => readonly string[]
}

/** @param aheadSeconds how far the server's clock is ahead of the clients' */
export async function openExample(build: BuildApp, aheadSeconds = 0): Promise<OpenedExample> {
  const clock = manualClock()
  const [events, requests]: [MfaEvent[], string[]] = [[], []]
  const kept = { database: join(temporaryFolder(), 'bank.db'), secret: randomBytes(32).toString('base64') }
  const start = async (port: number) => {
    const app = await build({ ...kept, now: clock.now, onEvent: (event) => events.push(event) })
    return listenOn(port, (req, res) => {
      requests.push(`${req.method} ${req.url}`)
      res.setHeader('Date', new Date(clock.now()).toUTCString())
      app(req, res)
    })
  }
  let server = await start(0)
  const { port } = server.address() as AddressInfo
  const baseUrl = `http://127.0.0.1:${port}/auth`
  const stop = () => close(server)
  onTestFinished(() => stop())
  const client = (options: Partial<ClientOptions> = {}) =>
    createClient({
      baseUrl,
      now: () => clock.now() - aheadSeconds * 1000,
      sleep: async (ms) => void clock.advance(ms / 1000),
      ...options,
    })
  return {
    ...{ baseUrl, clock, requests, client, stop },
    async enrolled() {
      const own = client()
      await own.login(alice)
      const phone = virtualAuthenticator((await own.setup()).totpUrl ?? '')
      await own.confirm(phone.code(clock.now()))
      clock.advance(30)
      return phone.secret
    },
    async restart() {
      await stop()
      server = await start(port)
    },
    told: (type) => events.flatMap((event) => (event.type === type ? [event.result] : [])),
  }
}

/** Calls the example's route that takes a fresh proof. @returns what it answers */
export async function pay(client: Client): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await client.fetch('/transfer', { method: 'POST', headers, body: JSON.stringify(transfer) })
  return answer.json()
}

async function listenOn(port: number, app: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return server
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
