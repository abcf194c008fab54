/** The command was called in a way that it does not know. The message is one line and says what is right. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Somebody ended the command, for example by Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor() {
    super('ended')
  }
}

/** A command failed. The message says why. */
export class Failed extends Error {
  override readonly name = 'Failed'
  /** For programs: the value of `error.code` with `--json`. */
  readonly code: string
  readonly exitCode: number

  constructor(code: string, message: string, exitCode = 1) {
    super(message)
    this.code = code
    this.exitCode = exitCode
  }
}
