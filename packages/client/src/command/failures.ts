/** The command was called in a way that it does not know. The message is one line, and says what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Somebody ended the command, as by Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor() {
    super('ended')
  }
}

/** What a command set out to do did not come about; the message says why. */
export class Failed extends Error {
  override readonly name = 'Failed'
  /** For programs: what `error.code` holds with `--json`. */
  readonly code: string
  readonly exitCode: number

  constructor(code: string, message: string, exitCode = 1) {
    super(message)
    this.code = code
    this.exitCode = exitCode
  }
}
