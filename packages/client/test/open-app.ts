// An app behind Latchkey, over real HTTP, with clocks that tests move: the server's, and how far this machine is from it.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createMfa,
  enrolledAnswers,
  type Mfa,
  type MfaOptions,
  memoryStorage,
  questions,
  type User,
} from '@latchkey/core'
import { bearerHost, type ExpressMfa, expressMfa, expressSessionHost } from '@latchkey/express'
import { oneTimeCode } from '@latchkey/one-time-code'
import { type ManualClock, manualClock, type VirtualAuthenticator, virtualAuthenticator } from '@latchkey/testing'
import express, { type Express } from 'express'
import session from 'express-session'
import { onTestFinished } from 'vitest'
import { type Client, type ClientOptions, createClient, type Notice } from '../src/index.ts'

const secret = 'kV3nX8pT1qL6wZ9sB4dF7gJ2hM5cR0yA'
export const credentials = { username: 'alice', password: 'wonderland' }

export interface TestApp {
  readonly url: string
  readonly mfa: Mfa
  /** The server's. */
  readonly clock: ManualClock
  /** Each request, as `POST /auth/login`. */
  readonly requests: readonly string[]
  /** Each JSON body that came, in the order of the requests that had one. */
  readonly bodies: readonly Readonly<Record<string, unknown>>[]
  /** Texts of the messages that were sent. */
  readonly mails: readonly string[]
  /** The notices of clients. */
  readonly notices: Notice[]
  /** How long clients have waited, in milliseconds. */
  readonly waits: readonly number[]
  /** A client whose waits move the clock on. */
  readonly client: (options?: Partial<ClientOptions>) => Client
  /** Enrolls alice's phone behind the app's back, half a minute ago. */
  readonly enroll: () => Promise<VirtualAuthenticator>
  readonly stop: () => Promise<void>
  /** Listens again, on the same port. */
  readonly start: () => Promise<void>
}

export interface TestAppOptions {
  readonly host?: 'bearer' | 'session'
  readonly mfa?: Partial<MfaOptions>
  /** How far this machine's clock is behind the server's. */
  readonly behindSeconds?: number
  /** Runs before Latchkey. */
  readonly before?: (app: Express) => void
}

export async function openApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { host = 'bearer', behindSeconds = 0, before } = options
  const clock = manualClock()
  const [requests, bodies, mails, notices, waits]: [string[], Record<string, unknown>[], string[], Notice[], number[]] =
    [...([[], [], [], [], []] as [[], [], [], [], []])]
  const users = new Map<string, User & { password: string }>([
    ['alice', { id: '1', name: 'alice', stamp: '1', password: credentials.password }],
  ])
  const mfa = createMfa({
    ...{ secret, issuer: 'Acme', storage: memoryStorage(), now: clock.now, totp: { diagnose: true } },
    findUser: (id) => [...users.values()].find((user) => user.id === id) ?? null,
    factors: [
      questions(enrolledAnswers()),
      oneTimeCode({ deliver: ({ text }) => void mails.push(text), host: 'app.example', channels: ['mail'] }),
    ],
    ...options.mfa,
  })
  const app = express()
  app.use((req, res, next) => {
    requests.push(`${req.method} ${req.path}`)
    res.setHeader('Date', new Date(clock.now()).toUTCString())
    next()
  })
  before?.(app)
  app.use(express.json())
  app.use((req, _res, next) => {
    if (req.body !== undefined) bodies.push(req.body as Record<string, unknown>)
    next()
  })
  const auth = host === 'bearer' ? bearerApp(mfa, users) : sessionApp(app, mfa, users)
  app.use('/auth', auth.routes)
  app.get('/me', (_req, res) => void res.json({ hello: 'everybody' }))
  app.get('/payout', auth.guard(), (req, res) => void res.json({ paid: req.mfa?.user.name }))
  app.post('/payout', auth.guard(), (req, res) => void res.json({ paid: req.body as unknown }))
  const server = { current: await listenOn(app, 0) }
  const { port } = server.current.address() as AddressInfo
  onTestFinished(() => close(server.current))
  const url = `http://127.0.0.1:${port}`
  return {
    ...{ url, mfa, clock, requests, bodies, mails, notices, waits },
    client: (more = {}) =>
      createClient({
        baseUrl: `${url}/auth`,
        now: () => clock.now() - behindSeconds * 1000,
        sleep: async (ms) => {
          waits.push(ms)
          clock.advance(ms / 1000)
        },
        onNotice: (notice) => void notices.push(notice),
        ...more,
      }),
    async enroll() {
      const alice = { id: '1', name: 'alice', stamp: '1' }
      const { totpUrl, activationToken } = await mfa.begin('totp', alice)
      const phone = virtualAuthenticator(totpUrl)
      await mfa.confirm('totp', alice, { activationToken, code: phone.code(clock.now()) })
      clock.advance(30)
      return phone
    },
    stop: () => close(server.current),
    async start() {
      server.current = await listenOn(app, port)
    },
  }
}

type Users = ReadonlyMap<string, User & { password: string }>

function accounts(users: Users) {
  return {
    checkCredentials: ({ username, password }: Readonly<Record<string, unknown>>) => {
      const user = users.get(String(username))
      return user?.password === password ? (user ?? null) : null
    },
    confirmPassword: ({ name }: User, password: string) => users.get(name)?.password === password,
    register: ({ username, password }: Readonly<Record<string, unknown>>) => {
      const user = { id: String(users.size + 1), name: String(username), stamp: '1', password: String(password) }
      ;(users as Map<string, typeof user>).set(user.name, user)
      return user
    },
  }
}

function bearerApp(mfa: Mfa, users: Users): ExpressMfa {
  return expressMfa(mfa, bearerHost({ mfa, ...accounts(users) }))
}

function sessionApp(app: Express, mfa: Mfa, users: Users): ExpressMfa {
  app.use(session({ secret, resave: false, saveUninitialized: false }))
  return expressMfa(mfa, expressSessionHost({ findUser: mfa.findUser, ...accounts(users) }))
}

async function listenOn(app: Express, port: number): Promise<Server> {
  const server = createServer(app)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
