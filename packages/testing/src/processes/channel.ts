/**
 * Where messages to another process go and come from: the `ChildProcess` of a `fork()`, or `process` in the child.
 * Messages of others on the same channel are left alone.
 */
export interface StorageChannel {
  /** Whether messages still get through. */
  readonly connected: boolean
  send?(message: object, callback: (error: Error | null) => void): unknown
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
}

/** What storages in two processes say to each other. */
export type Message =
  /** Asks whether somebody serves a storage: messages that nobody listens to yet may be lost. */
  | { readonly latchkeyStorage: 'is_served' }
  | { readonly latchkeyStorage: 'served' }
  | { readonly latchkeyStorage: 'call'; readonly id: string; readonly call: StorageCall }
  | { readonly latchkeyStorage: 'answer'; readonly id: string; readonly result: unknown }
  | { readonly latchkeyStorage: 'failure'; readonly id: string; readonly error: SentError }

/** A call of a storage's method; lists are read an id at a time, and left. */
export type StorageCall =
  | { readonly method: 'get'; readonly userId: string }
  | { readonly method: 'delete'; readonly userId: string; readonly expected: string }
  | {
      readonly method: 'put'
      readonly userId: string
      readonly next: SentRecord
      readonly expected: string | null
    }
  | { readonly method: 'next' | 'leave'; readonly list: string }

/** A record as messages carry it, which know no dates. */
export interface SentRecord {
  readonly revision: string
  readonly sealed: string
  readonly enabled: boolean
  /** Milliseconds since 1970; `null` is what JSON makes of the time of an invalid date. */
  readonly updatedAtMs: number | null
}

/** An error as messages carry it. */
export interface SentError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** Its own members that are plain, such as `code`. */
  readonly members: Readonly<Record<string, unknown>>
}

/**
 * Sends a message, and resolves once it is on its way.
 *
 * @throws Error if it cannot be sent
 */
export function post(channel: StorageChannel, message: Message): Promise<void> {
  return new Promise((resolve, reject) => {
    if (channel.send === undefined) throw new Error('the process has no IPC channel: start it with fork()')
    channel.send(message, (error) => (error === null ? resolve() : reject(error)))
  })
}

/** Hears the messages of storages, and no others. */
export function hear(channel: StorageChannel, heard: (message: Message) => void): void {
  channel.on('message', (message) => {
    if (typeof message === 'object' && message !== null && 'latchkeyStorage' in message) heard(message as Message)
  })
}
