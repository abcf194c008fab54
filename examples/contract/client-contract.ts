// The client logs in to every example as its users and programs do, whatever the clocks say, and while the server restarts.

import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Client, type ClientOptions, createClient, type Notice } from '@latchkey/client'
import type { MfaEvent } from '@latchkey/core'
import { type ManualClock, manualClock, virtualAuthenticator } from '@latchkey/testing'
import { expect, onTestFinished, test } from 'vitest'
import type { BuildApp } from './app-contract.ts'
import { allowSlowTests } from './slow-tests.ts'
import { temporaryFolder } from './temporary-folder.ts'

const alice = { username: 'alice', password: 'correct horse battery staple' }
const transfer = { to: 'bob', amount: 50 }

export function clientContract(build: BuildApp): void {
  allowSlowTests()

  test('the client enrols, logs in by its secret, is let in, proves itself again, and disables', async () => {
    const { clock, client, enrolled, told } = await open(build)
    const own = client({ totp: await enrolled() })
    expect(await own.login(alice)).toEqual({ answer: { user: { id: '1', name: 'alice' } }, tokens: null })
    expect(await pay(own)).toEqual({ transferred: { from: 'alice', ...transfer } })
    clock.advance(301)
    expect(await pay(own)).toEqual({ transferred: { from: 'alice', ...transfer } })
    expect(await own.disable()).toEqual({ detail: 'TOTP has been deactivated.' })
    expect(await own.status()).toMatchObject({ mfaEnabled: false })
    await client().login(alice)
    expect(told('step_up')).toEqual(['success'])
    expect(told('deactivate')).toEqual(['success'])
  })

  test('twenty logins in a row by one secret: each waits for a step of its own, and none is refused', async () => {
    const { clock, client, enrolled, told } = await open(build)
    const own = client({ totp: await enrolled() })
    const start = clock.now()
    for (let count = 0; count < 20; count += 1) await own.login(alice)
    expect(told('verify')).toEqual(Array(20).fill('success'))
    expect(clock.now() - start).toBeGreaterThan(19 * 29_000)
    expect(clock.now() - start).toBeLessThan(20 * 31_000)
  })

  test.each([40, -40, 330])('a server whose clock is %d s off gets the codes of its own time', async (seconds) => {
    const { client, enrolled, told } = await open(build, seconds)
    const own = client({ totp: await enrolled() })
    for (let count = 0; count < 3; count += 1) await own.login(alice)
    expect(told('verify')).toEqual(Array(3).fill('success'))
    expect(own.clock()?.offsetSeconds).toBeCloseTo(seconds, -1)
  })

  test('a login that waits for a person goes on after a restart', async () => {
    const { clock, client, enrolled, restart, told } = await open(build)
    const phone = virtualAuthenticator({ secret: await enrolled() })
    const own = client()
    await expect(own.login(alice)).rejects.toMatchObject({ code: 'mfa_required', methods: ['totp', 'recovery_code'] })
    await restart()
    // This may meet a connection of the old server, and is sent again then; a typed code would not be.
    expect((await own.fetch('/account')).status).toBe(401)
    await own.submit(phone.code(clock.now()))
    expect(await pay(own)).toEqual({ transferred: { from: 'alice', ...transfer } })
    expect(told('verify')).toEqual(['success'])
  })

  test('a login by a secret waits while the server is away, and goes on with the same code or a later one', async () => {
    const { client, clock, enrolled, stop, restart, told } = await open(build)
    const notices: Notice[] = []
    const own = client({
      totp: await enrolled(),
      onNotice: (notice) => notices.push(notice),
      async sleep(ms) {
        clock.advance(ms / 1000)
        if (notices.length === 2) await restart()
      },
      // The password is right, and then the server goes away.
      async fetch(...given) {
        const answer = await fetch(...given)
        const isLogin = given[0] instanceof URL && given[0].pathname === '/auth/login'
        if (notices.length === 0 && isLogin) await stop()
        return answer
      },
    })
    await own.login(alice)
    expect(notices.map((notice) => notice.type === 'waiting' && notice.reason)).toEqual(['unreachable', 'unreachable'])
    expect(told('verify')).toEqual(['success'])
  })
}

/** An example that can be restarted, with alice in it, and clients whose waits go by on its clock. */
interface Opened {
  readonly clock: ManualClock
  readonly client: (options?: Partial<ClientOptions>) => Client
  /** Enrols alice, half a minute ago. @returns the secret */
  readonly enrolled: () => Promise<string>
  readonly stop: () => Promise<void>
  /** With the same data and the same secret, on the same port. */
  readonly restart: () => Promise<void>
  /** What all events of a type came to. */
  readonly told: (type: MfaEvent['type']) => readonly string[]
}

/** @param aheadSeconds how far the server's clock is ahead of the clients' */
async function open(build: BuildApp, aheadSeconds = 0): Promise<Opened> {
  const clock = manualClock()
  const events: MfaEvent[] = []
  const kept = { database: join(temporaryFolder(), 'bank.db'), secret: randomBytes(32).toString('base64') }
  const start = async (port: number) => {
    const app = await build({ ...kept, now: clock.now, onEvent: (event) => events.push(event) })
    return listenOn(port, (req, res) => {
      res.setHeader('Date', new Date(clock.now()).toUTCString())
      app(req, res)
    })
  }
  let server = await start(0)
  const { port } = server.address() as AddressInfo
  const stop = () => close(server)
  onTestFinished(stop)
  const client = (options: Partial<ClientOptions> = {}) =>
    createClient({
      baseUrl: `http://127.0.0.1:${port}/auth`,
      now: () => clock.now() - aheadSeconds * 1000,
      sleep: async (ms) => void clock.advance(ms / 1000),
      ...options,
    })
  return {
    ...{ clock, client, stop },
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

async function pay(client: Client): Promise<unknown> {
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
