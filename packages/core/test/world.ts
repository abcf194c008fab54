// A little app around the core: users, a clock that is moved by hand, a storage that fails on demand, and every event.

import { randomBytes } from 'node:crypto'
import {
  type FaultyStorage,
  faultyStorage,
  type ManualClock,
  manualClock,
  type VirtualAuthenticator,
  virtualAuthenticator,
} from '@latchkey/testing'
import {
  type Challenge,
  createMfa,
  isMfaError,
  type Mfa,
  type MfaError,
  type MfaEvent,
  type MfaOptions,
  memoryStorage,
  type Proof,
  type ProofContent,
  type SignedIn,
  type Storage,
  type User,
} from '../src/index.ts'
import { deriveKeys } from '../src/sealing/keys.ts'
import { createProofs } from '../src/tokens/proofs.ts'
import { checkedRoutes } from './routes/answer-schemas.ts'

export const secret = 'Zq3vXl8mT0pRk5yWb1nHc7sJd4gFa9uE2oQ6iLw'
export const otherSecret = 'r7YtB2kPz5MxC8nLq1VwS4hJd9GfA3uE6oTiRbK'

/** 2026-01-01T00:00:00Z, the start of a time step of any usual period. */
export const startMs = 1_767_225_600_000

export interface World {
  readonly mfa: Mfa
  readonly clock: ManualClock
  /** What Latchkey stores in; counts calls and fails where a test says so. */
  readonly storage: FaultyStorage
  /** What lies behind it. */
  readonly rows: Storage
  readonly events: MfaEvent[]
  readonly users: Map<string, User>
  readonly alice: User
  readonly mallory: User
}

/** An app with two users, none of whom has a second factor. The suffix of their ids tells worlds on one storage apart. */
export function createWorld(
  { storage: rows = memoryStorage(), ...options }: Partial<MfaOptions> = {},
  suffix = '',
): World {
  const clock = manualClock(startMs)
  const storage = faultyStorage(rows)
  const events: MfaEvent[] = []
  const alice: User = { id: `alice${suffix}`, name: 'alice@example.com', stamp: '1' }
  const mallory: User = { id: `mallory${suffix}`, name: 'mallory@example.com', stamp: '1' }
  const users = new Map([alice, mallory].map((user) => [user.id, user]))
  const mfa = createMfa({
    secret,
    issuer: 'Acme',
    storage,
    findUser: (id) => users.get(id) ?? null,
    now: clock.now,
    onEvent: (event) => events.push(event),
    ...options,
    routes: checkedRoutes(options.routes),
  })
  return { mfa, clock, storage, rows, events, users, alice, mallory }
}

/** What a user holds after enrolling. */
export interface Enrolled {
  readonly app: VirtualAuthenticator
  readonly codes: readonly string[]
  readonly id: string
  readonly proof: Proof
}

/** Enrolls an authenticator app, and lets a time step pass so that its next code is good at once. */
export async function enroll(
  world: World,
  user: User = world.alice,
  provedAt: number | null = null,
): Promise<Enrolled> {
  const { mfa, clock } = world
  const begun = await mfa.begin('totp', user, { provedAt })
  const app = virtualAuthenticator(begun.totpUrl)
  const { activationToken } = begun
  const confirmed = await mfa.confirm('totp', user, { activationToken, code: app.code(clock.now()) })
  clock.advance(app.period ?? 30)
  return { app, codes: confirmed.recoveryCodes, id: confirmed.authenticator.id, proof: confirmed.proof }
}

/** The ephemeral token of a user who passed the password. */
export async function login(world: World, user: User = world.alice): Promise<string> {
  return tokenOf(await world.mfa.challenge(user))
}

/** The ephemeral token of a login that came to a challenge, or to the demand to enroll. */
export function tokenOf(challenge: Challenge): string {
  if (challenge.kind === 'proof') throw new Error('nobody was challenged')
  return challenge.ephemeralToken
}

/** The proof of a login that came to one at once. */
export function proofOf(challenge: Challenge): Proof {
  if (challenge.kind !== 'proof') throw new Error(`it came to ${challenge.kind}`)
  return challenge.proof
}

/** A proof as a host keeps it, of a user who passed a factor at some time. */
export function sealedProof(
  user: User,
  content: Partial<ProofContent> = {},
  secrets: readonly string[] = [secret],
): string {
  const usual = { amr: ['pwd', 'otp', 'mfa'], factor: 'totp', authenticatorId: 'a', strength: 'possession' } as const
  const proofs = createProofs(deriveKeys(secrets), (size) => randomBytes(size))
  return proofs.seal(user, { userId: user.id, ...usual, provedAt: null, ...content }).sealed
}

/** Who is signed in, with a proof of some time or with none. */
export function signedInAs(user: User, provedAt: number | null): SignedIn {
  return { user, proof: provedAt === null ? null : sealedProof(user, { provedAt }), session: `session of ${user.id}` }
}

/** The error an operation ends in; fails where it succeeds, or throws what is no `MfaError`. */
export async function refusal(operation: Promise<unknown>): Promise<MfaError> {
  const outcome = await operation.then(
    () => 'it succeeded',
    (error: unknown) => error,
  )
  if (isMfaError(outcome)) return outcome
  throw outcome instanceof Error ? outcome : new Error(`expected an MfaError, but ${String(outcome)}`)
}

/** The same code, wrong by one in its last digit. */
export function altered(code: string): string {
  return code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10)
}
