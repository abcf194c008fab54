import type { Options } from '../arguments/option.ts'
import type { Arguments } from '../arguments/read.ts'
import type { Shell } from '../shell.ts'

/** A command of `latchkey`. */
export interface Command {
  readonly name: string
  /** What it does, in a few words. */
  readonly summary: string
  /** What is typed after `latchkey`, a line for each form. */
  readonly usage: readonly string[]
  /** The least and most arguments that are no options. */
  readonly arity: readonly [least: number, most: number]
  /** Its options, besides those that every command takes. */
  readonly options: Options
  /** More of the help, line by line. */
  readonly about: readonly string[]
  /** Does the work. Gives an exit code if it is not 0. */
  readonly run: (given: Arguments, shell: Shell) => Promise<number | undefined>
}
