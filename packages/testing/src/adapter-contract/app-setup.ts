import type { Awaitable, Mfa, Proof, User } from '@latchkey/core'
import type { RunningApp } from '../listen.ts'
import type { SessionRows } from './session-rows.ts'

/**
 * What the app does to a body before Latchkey sees the request: nothing; it parses JSON, of at most 16 KiB; it reads all
 * as one string, or as one `Buffer`, whatever the type; it reads it to the end and drops it.
 */
export type BodyMode = 'unread' | 'parsed' | 'text' | 'buffer' | 'consumed'

/**
 * How the app keeps sessions: under an id, in {@link AppSetup.rows}; whole, in a signed cookie; not at all, so that the
 * adapter finds none; or as a plain object on the request, whose id cannot be changed and which is therefore unfit.
 */
export type SessionMode = 'store' | 'cookie' | 'none' | 'unfit'

/** The app's own functions, which the adapter's session host is given as they are. */
export interface AppFunctions {
  readonly findUser: (id: string) => User | null
  readonly checkCredentials: (body: Readonly<Record<string, unknown>>) => User | null
  readonly confirmPassword?: ((user: User, password: string) => boolean) | undefined
  readonly respond?: ((user: User, proof: Proof) => unknown) | undefined
  readonly register?: ((body: Readonly<Record<string, unknown>>) => User | null) | undefined
}

/**
 * The app that a case asks for: your framework, your adapter with a host made by core's `sessionHost`, and these paths.
 *
 * | path | what the app answers to a GET |
 * |---|---|
 * | below `/auth` | Latchkey, mounted there; it takes every method |
 * | `/auth/own` | `own`: a path of the app's below the mount |
 * | `/visit` | `{}`, having put `visits: 1` into the session |
 * | `/session` | `{ id, data }` of the session; `id` may be left out if there is none    |
 * | `/guarded/default` | what the adapter's guard without options left for the route, an `MfaContext`, as JSON |
 * | `/guarded/minute` | the same with `{ maxAgeSeconds: 60 }` |
 * | `/guarded/recovery-code` | the same with `{ factors: ['recovery_code'] }` |
 *
 * Anything else is 404 with the text `nothing here`, for every method. An error that reaches the framework's own error
 * handler is 500 with `{ "hostError": "<its message>" }`.
 */
export interface AppSetup {
  /** For the adapter's function that binds Latchkey to a host. */
  readonly mfa: Pick<Mfa, 'handler'>
  /** For the host. */
  readonly app: AppFunctions
  readonly body: BodyMode
  readonly sessions: SessionMode
  /** Where the sessions of mode `store` are. */
  readonly rows: SessionRows
  /** Whether the app trusts one proxy in front of it, and takes scheme, host and address from its headers. */
  readonly proxy: boolean
}

/** How the contract gets at the adapter that it checks. */
export interface AdapterContractOptions {
  /** Starts the app on a free port of 127.0.0.1; called once or more for each case, which closes what it started. */
  readonly start: (setup: AppSetup) => Awaitable<RunningApp>
  /**
   * The ways in which apps of this framework keep sessions. Most cases run on the first.
   *
   * @defaultValue `['store']`
   */
  readonly sessions?: readonly ('store' | 'cookie')[] | undefined
  /**
   * What the message of the error must say if sessions are missing or unfit: the name of what to mount.
   *
   * @defaultValue `/session/`
   */
  readonly missingSession?: RegExp | undefined
}
