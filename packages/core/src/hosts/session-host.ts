import { createHash } from 'node:crypto'
import type { Awaitable, Host, Proof, SignedIn, User } from '../ports.ts'
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
  readonly provedAt: number | null
  readonly factor: string | null
  readonly amr: readonly string[]
}

/** How a framework's sessions are reached. Each throws where no session is mounted. */
export interface SessionAccess<Args extends readonly unknown[]> {
  read(...args: Args): unknown
  /** Begins a session with a new id and nothing in it but this. */
  start(state: SessionState, ...args: Args): Promise<void>
  update(state: SessionState, ...args: Args): Promise<void>
}

/** A host that keeps who is signed in, and the latest proof, in the app's sessions. */
export function sessionHost<Args extends readonly unknown[]>(
  options: SessionHostOptions<Args>,
  session: SessionAccess<Args>,
): Host<Args> {
  checkHostOptions({ ...options }, { required: ['findUser'], optional: ['respond'] })
  return Object.freeze<Host<Args>>({
    ...hostFunctions(options),
    currentUser: async (...args) => signedIn((await session.read(...args)) ?? {}, options),
    async signIn(user, proof, ...args) {
      await session.start(stateOf(user, proof), ...args)
      return options.respond ? options.respond(user, proof, ...args) : { user: { id: user.id, name: user.name } }
    },
    proved: (user, proof, ...args) => session.update(stateOf(user, proof), ...args),
  })
}

function stateOf(user: User, { provedAt, factor, amr }: Proof): SessionState {
  return { userId: user.id, stamp: digest(user), provedAt, factor, amr: [...amr] }
}

async function signedIn(
  state: Partial<SessionState>,
  { findUser }: Pick<SessionHostOptions<[]>, 'findUser'>,
): Promise<SignedIn | null> {
  // A Map's get gives undefined, and plain JavaScript will pass it on.
  const user = typeof state.userId === 'string' ? ((await findUser(state.userId)) ?? null) : null
  if (user === null || digest(user) !== state.stamp) return null
  return { user, provedAt: state.provedAt ?? null, factor: state.factor ?? null, amr: state.amr ?? [] }
}

/** A stamp may be a password hash, and session stores are read by many: only its digest goes there. */
function digest({ stamp }: User): string | null {
  return stamp === undefined ? null : createHash('sha256').update(stamp).digest('base64url')
}
