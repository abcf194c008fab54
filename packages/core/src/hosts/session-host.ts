import { createHash, randomUUID } from 'node:crypto'
import type { Host } from '../ports/host.ts'
import type { Proof, SignedIn } from '../ports/proof.ts'
import type { User } from '../ports/user.ts'
import type { Awaitable } from '../ports/values.ts'
import { checkHostOptions, type HostOptions, hostFunctions } from './host-options.ts'

/** What the app supplies to a ready-made session host. */
export interface SessionHostOptions<Args extends readonly unknown[]> extends HostOptions<Args> {
  /** The user who may still sign in, or null: `mfa.findUser`, or the function `createMfa` was given. */
  findUser(id: string): Awaitable<User | null>
  /** The body that answers a sign-in. @defaultValue `{ user: { id, name } }` */
  respond?: ((user: User, proof: Proof, ...args: Args) => unknown) | undefined
}

/** What a session keeps under `latchkey`. */
interface SessionState {
  readonly userId: string
  readonly stamp: string | null
  /** The id of the sign-in. */
  readonly session: string
  /** The latest proof, sealed. */
  readonly proof: string
}

/** How a framework's sessions are reached. Each throws if no session is mounted. */
export interface SessionAccess<Args extends readonly unknown[]> {
  read(...args: Args): unknown
  /** Begins a session with a new id and nothing in it but this. */
  start(state: SessionState, ...args: Args): Promise<void>
  update(state: SessionState, ...args: Args): Promise<void>
}

/** A host that keeps who is signed in, and the latest proof, in the app's sessions. */
export function sessionHost<Args extends readonly unknown[]>(
  options: SessionHostOptions<Args>,
  access: SessionAccess<Args>,
): Host<Args> {
  checkHostOptions({ ...options }, { required: ['findUser'], optional: ['respond'] })
  const read = async (...args: Args): Promise<Partial<SessionState>> => (await access.read(...args)) ?? {}
  const keep = async (user: User, proof: Proof, ...args: Args): Promise<void> => {
    const { session = randomUUID() } = await read(...args)
    await access.update(stateOf(user, proof, session), ...args)
  }
  return Object.freeze<Host<Args>>({
    ...hostFunctions(options),
    currentUser: async (...args) => signedIn(await read(...args), options),
    async signIn(user, proof, ...args) {
      await access.start(stateOf(user, proof, randomUUID()), ...args)
      return options.respond ? options.respond(user, proof, ...args) : { user: { id: user.id, name: user.name } }
    },
    proved: keep,
    confirmed: keep,
  })
}

function stateOf(user: User, { sealed: proof }: Proof, session: string): SessionState {
  return { userId: user.id, stamp: digest(user), session, proof }
}

async function signedIn(
  { userId, stamp, session, proof }: Partial<SessionState>,
  { findUser }: Pick<SessionHostOptions<[]>, 'findUser'>,
): Promise<SignedIn | null> {
  if (typeof userId !== 'string' || typeof session !== 'string') return null
  // A Map's get gives undefined, and plain JavaScript will pass it on.
  const user = (await findUser(userId)) ?? null
  return user === null || digest(user) !== stamp ? null : { user, proof: proof ?? null, session }
}

/** A stamp may be a password hash, and session stores are read by many: only its digest goes there. */
function digest({ stamp }: User): string | null {
  return stamp === undefined ? null : createHash('sha256').update(stamp).digest('base64url')
}
