import type { AnswerCache } from '../../node/index.ts'
import type { Arguments } from '../arguments/read.ts'
import type { Shell } from '../shell.ts'

/** A file of answers, and what is to be done with it. */
export interface AnswersTask {
  readonly file: string
  /** Opened with what the options name. */
  readonly open: () => Promise<AnswerCache>
  /** What stands behind the name of the work, but the file. */
  readonly words: readonly string[]
  readonly given: Arguments
  readonly shell: Shell
}
