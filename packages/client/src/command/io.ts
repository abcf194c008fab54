import type { Readable, Writable } from 'node:stream'

/** Where the command reads, which may be a terminal. */
export type Input = Readable & { readonly isTTY?: boolean }

/** Where the command writes, which may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean }

/** All that the command knows of its process. Tests hand in their own. */
export interface CommandIo {
  /** What was typed behind `latchkey`. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  /** Aborted when somebody ends the command, as by Ctrl-C. */
  readonly signal: AbortSignal
  /** Of the package. */
  readonly version: string
  /** @defaultValue the global one */
  readonly fetch?: typeof fetch
  /** Milliseconds since 1970. @defaultValue `Date.now` */
  readonly now?: () => number
  /** Waits; rejects where the signal is aborted. @defaultValue by timers */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
}
