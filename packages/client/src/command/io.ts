import type { Readable, Writable } from 'node:stream'

/** The input of the command, which may be a terminal. */
export type Input = Readable & { readonly isTTY?: boolean }

/** An output of the command, which may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean }

/** Everything that the command knows about its process. Tests pass their own. */
export interface CommandIo {
  /** What was typed after `latchkey`. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  /** Aborted when somebody ends the command, for example by Ctrl-C. */
  readonly signal: AbortSignal
  /** The version of the package. */
  readonly version: string
  /** @defaultValue the global one */
  readonly fetch?: typeof fetch
  /** Milliseconds since 1970. @defaultValue `Date.now` */
  readonly now?: () => number
  /** Waits. Rejects if the signal is aborted. @defaultValue by timers */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
}
