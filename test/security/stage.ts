import { randomBytes } from 'node:crypto'
import {
  createMfa,
  fieldError,
  type Mfa,
  type MfaEvent,
  type MfaOptions,
  type Proof,
  type Storage,
  type User,
} from '@latchkey/core'
import {
  type BodyMode,
  type FaultyStorage,
  faultyStorage,
  type HttpClient,
  httpClient,
  type ManualClock,
  manualClock,
  type SessionRows,
  sessionRows,
} from '@latchkey/testing'
import { onTestFinished, vi } from 'vitest'
import { decodeRecord, encodeRecord } from '../../packages/core/src/record/codec.ts'
import type { MfaRecord } from '../../packages/core/src/record/record.ts'
import { deriveKeys } from '../../packages/core/src/sealing/keys.ts'
import { createSealer, type Sealer } from '../../packages/core/src/sealing/seal.ts'
import type { Setup } from '../adapters/framework.ts'
import { passwordOf, secret } from './accounts.ts'
import { bearerClient } from './bearer-client.ts'
import { createPerson, type Person } from './person.ts'
import type { OpenStorage, Stack } from './stacks.ts'

// Whole journeys over HTTP, on cores that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000 })

/** What a test may set otherwise. */
export interface StageOptions {
  readonly mfa?: Partial<MfaOptions>
  readonly body?: BodyMode
  readonly proxy?: boolean
  /** Whether deactivation asks for the password. */
  readonly confirmsPassword?: boolean
  readonly respond?: (user: User, proof: Proof) => unknown
  /** Whether the app has bearer tokens in the place of sessions. */
  readonly bearer?: boolean
  /** Whether anybody may make an account. */
  readonly registers?: boolean
}

/** An app over real HTTP whose clock stands still, with alice and mallory in it, and everything an attack may change. */
export interface Stage {
  readonly stack: Stack
  readonly url: string
  readonly mfa: Mfa
  readonly clock: ManualClock
  /** What the app stores in: counts calls and fails where a test says so. */
  readonly storage: FaultyStorage
  /** What lies behind it. */
  readonly open: OpenStorage
  readonly events: MfaEvent[]
  readonly sessions: SessionRows
  /** The app's accounts by id; a test may change or remove one. */
  readonly accounts: Map<string, User>
  readonly alice: Person
  readonly mallory: Person
  /** One more account. */
  readonly newPerson: (id: string, name?: string) => Person
  /** A browser nobody has used. */
  readonly browser: () => HttpClient
  /** A browser at a second process of the same app, with everything shared but its memory. */
  readonly twin: (mfa?: Partial<MfaOptions>) => Promise<HttpClient>
  /** Every stored record, opened, by user id. */
  readonly records: () => Promise<Readonly<Record<string, MfaRecord>>>
  /** Writes a record behind the app's back. */
  readonly rewrite: (userId: string, change: (record: MfaRecord) => MfaRecord) => Promise<void>
}

/** Starts the app of a stack for one test. */
export async function openStage(stack: Stack, options: StageOptions = {}): Promise<Stage> {
  const open = await stack.openStorage()
  onTestFinished(async () => void (await open.close()))
  const clock = manualClock()
  const storage = faultyStorage(open.storage)
  const [events, sessions, accounts] = [[] as MfaEvent[], sessionRows(), new Map<string, User>()]
  const passwords = new Map<string, string>()
  const settings: MfaOptions = {
    secret,
    issuer: 'Latchkey',
    storage,
    findUser: (id) => accounts.get(id) ?? null,
    now: clock.now,
    onEvent: (event) => events.push(event),
    ...options.mfa,
  }
  const start = async (more: Partial<MfaOptions> = {}) => {
    const mfa = createMfa({ ...settings, ...more })
    const setup = setupOf(options, { mfa, accounts, passwords, sessions })
    const { url, close } = await stack.framework.start(setup)
    onTestFinished(close)
    return { mfa, url }
  }
  const { mfa, url } = await start()
  const clientOf = options.bearer === true ? bearerClient : httpClient
  const browser = () => clientOf(url)
  const newPerson = (id: string, name = id): Person => {
    const password = passwordOf(name)
    accounts.set(id, { id, name, stamp: 'v1' })
    passwords.set(id, password)
    return createPerson({ id, name, password, clock, browser })
  }
  const sealer = createSealer('record', deriveKeys([settings.secret].flat()), randomBytes)
  return {
    ...{ stack, url, mfa, clock, storage, open, events, sessions, accounts, newPerson, browser },
    alice: newPerson('alice'),
    mallory: newPerson('mallory'),
    twin: async (more) => clientOf((await start(more)).url),
    records: () => openedRecords(open.storage, sealer),
    rewrite: (userId, change) => rewriteRecord(open.storage, sealer, { userId, change }),
  }
}

function setupOf(
  options: StageOptions,
  app: { mfa: Mfa; accounts: Map<string, User>; passwords: Map<string, string>; sessions: SessionRows },
): Setup {
  const { body = 'unread', proxy = false, confirmsPassword = false, registers = false, respond } = options
  const isPassword = (user: User, password: unknown) => app.passwords.get(user.id) === password
  return {
    mfa: app.mfa,
    ...(options.bearer === true ? { bearer: app.mfa } : {}),
    body,
    proxy,
    sessions: 'store',
    rows: app.sessions,
    app: {
      findUser: (id) => app.accounts.get(id) ?? null,
      checkCredentials(body) {
        const user = [...app.accounts.values()].find(({ name }) => name === body['username'])
        return user !== undefined && isPassword(user, body['password']) ? user : null
      },
      ...(confirmsPassword ? { confirmPassword: isPassword } : {}),
      ...(respond === undefined ? {} : { respond }),
      ...(registers ? { register: (body) => registered(body, app) } : {}),
    },
  }
}

function registered(
  { username, password }: Readonly<Record<string, unknown>>,
  app: { accounts: Map<string, User>; passwords: Map<string, string> },
): User | null {
  if (typeof username !== 'string' || typeof password !== 'string') return null
  if (app.accounts.has(username)) throw fieldError('username', 'is taken')
  const user = { id: username, name: username, stamp: 'v1' }
  app.accounts.set(username, user)
  app.passwords.set(username, password)
  return user
}

async function openedRecords(storage: Storage, sealer: Sealer): Promise<Readonly<Record<string, MfaRecord>>> {
  const records = new Map<string, MfaRecord>()
  for await (const userId of storage.userIds()) {
    const stored = await storage.get(userId)
    if (stored !== null) records.set(userId, decodeRecord(sealer.open(userId, stored.sealed)))
  }
  return Object.fromEntries(records)
}

async function rewriteRecord(
  storage: Storage,
  sealer: Sealer,
  { userId, change }: { userId: string; change: (record: MfaRecord) => MfaRecord },
): Promise<void> {
  const stored = await storage.get(userId)
  if (stored === null) throw new Error(`there is no record of ${userId}`)
  const record = change(decodeRecord(sealer.open(userId, stored.sealed)))
  const sealed = sealer.seal(userId, encodeRecord(record))
  await storage.put(userId, { ...stored, revision: randomBytes(16).toString('base64url'), sealed }, stored.revision)
}
