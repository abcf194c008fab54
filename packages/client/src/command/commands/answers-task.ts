import type { AnswerCache } from '../../node/index.ts'
import type { Arguments } from '../arguments/read.ts'
import type { Shell } from '../shell.ts'

/** A file of answers, and what to do with it. */
export interface AnswersTask {
  readonly file: string
  /** Opens the file with the key that the options name. */
  readonly open: () => Promise<AnswerCache>
  /** The words after the name of the work, without the file. */
  readonly words: readonly string[]
  readonly given: Arguments
  readonly shell: Shell
}
