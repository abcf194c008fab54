import type { Awaitable } from './values.ts'

/** The app's own account, as the host tells it. */
export interface User {
  /** The app's id of the account; a non-empty string of at most 256 characters. */
  readonly id: string
  /** The label an authenticator app shows, usually the login name or mail address. */
  readonly name: string
  /** Anything that changes with the credentials (a password version, say): tokens made under another stamp are dead. */
  readonly stamp?: string | undefined
}

/** Whether a user must have a second factor before being signed in. */
export type EnrollmentPolicy = (user: User) => Awaitable<'optional' | 'required'>
