import type { Mfa, Proof, User } from '@latchkey/core'

import type { SessionRows } from './session-rows.ts'

/** What the app does to a body before Latchkey sees the request. */
export type BodyMode = 'unread' | 'parsed' | 'text' | 'buffer' | 'consumed'

/** How the app keeps sessions; `unfit` sessions cannot change their id. */
export type SessionMode = 'store' | 'cookie' | 'none' | 'unfit'

/** The app's own functions, free of any framework. */
export interface AppFunctions {
  readonly findUser: (id: string) => User | null
  readonly checkCredentials: (body: Readonly<Record<string, unknown>>) => User | null
  confirmPassword?: ((user: User, password: string) => boolean) | undefined
  respond?: ((user: User, proof: Proof) => unknown) | undefined
}

/**
 * The app that each framework builds, with these routes of its own:
 * `/auth` for Latchkey; `/auth/own`, which answers `own`; `/visit`, which puts `{ visits: 1 }` into the session;
 * `/session`, which tells its `{ id, data }`; `/guarded/default`, `/guarded/minute` and `/guarded/recovery-code`,
 * which answer with what the guard left. Anything else is 404 `nothing here`; errors are 500 `{ hostError }`.
 */
export interface AppSetup {
  readonly mfa: Pick<Mfa, 'handler'>
  readonly app: AppFunctions
  readonly body: BodyMode
  readonly sessions: SessionMode
  /** Where the sessions of mode `store` are. */
  readonly rows: SessionRows
  /** Whether the app stands behind a proxy it trusts. */
  readonly proxy: boolean
}

/** An app that listens. */
export interface RunningApp {
  readonly url: string
  readonly close: () => Promise<void>
}

/** A web framework, in one version, with its adapter. */
export interface Framework {
  readonly name: string
  /** Ways in which a signed-in user can be remembered. */
  readonly sessions: readonly SessionMode[]
  start(setup: AppSetup): Promise<RunningApp>
}
