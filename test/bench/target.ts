import type { Place } from '../storages/place.ts'

/** How somebody signs in at a contestant's server: two requests, one after the other. */
export interface Target {
  /** On 127.0.0.1. */
  readonly port: number
  /** Path that takes `username` (and the same as `email`) with `password`. */
  readonly login: string
  /** Path that takes the `code`. */
  readonly verify: string
  /** What ties the second request to the first: `ephemeral_token` of the answer, or its cookies. */
  readonly carries: 'token' | 'cookies'
}

/** What is kept of each user. */
export interface Holding {
  /** TOTP authenticators; the last one is the one that is used. @defaultValue 1 */
  readonly authenticators?: number
  /**
   * Beside them: nothing; ten recovery codes; or those with counts of failures, ten sign-ins by tokens and fifty spent tokens.
   * @defaultValue 'codes'
   */
  readonly beside?: 'nothing' | 'codes' | 'all'
}

/** What a server's process is told when it starts, as JSON in its first argument. */
export interface ServerSettings {
  readonly contestant: string
  /** How many users are enrolled. */
  readonly users: number
  /** Where Latchkey's records lie. @defaultValue the memory of the server */
  readonly place?: Place
  readonly holding?: Holding
  /**
   * How many sign in, those that `userAt` tells first. The rows of all others have the right size and are never opened, since
   * sealing a million takes minutes. @defaultValue all
   */
  readonly drawn?: number
  /** Most that its heap may take, where that is more than the default. */
  readonly heapMiB?: number
}

/** What a server holds after a garbage collection. */
export interface Memory {
  readonly heapBytes: number
  readonly residentBytes: number
}

/** How long the main thread was in a file's own lines, with what of the engine they called; or in the engine's own work. */
export interface SelfTime {
  /** A file's address, or a word of the engine: `(garbage collector)`. */
  readonly place: string
  /** Microseconds. */
  readonly us: number
}
