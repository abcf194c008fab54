import type { Options } from '../arguments/option.ts'
import type { Arguments } from '../arguments/read.ts'
import type { Shell } from '../shell.ts'

/** A command of `latchkey`. */
export interface Command {
  readonly name: string
  /** In a few words. */
  readonly summary: string
  /** What stands behind its name, a line for each form. */
  readonly usage: readonly string[]
  /** Least and most arguments that are no options. */
  readonly arity: readonly [least: number, most: number]
  /** Besides those that every command takes. */
  readonly options: Options
  /** More of the help, line by line. */
  readonly about: readonly string[]
  /** Does the work, and gives an exit code where that is not 0. */
  readonly run: (given: Arguments, shell: Shell) => Promise<number | undefined>
}
