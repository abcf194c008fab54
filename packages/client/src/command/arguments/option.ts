/** An option of a command, by its long name without the dashes. */
export interface Option {
  /** What its value is called in the help; `null` where it takes none. */
  readonly value: string | null
  /** What it does, in a few words; its default too, where it has one. */
  readonly help: string
  readonly short?: string
  /** Whether it may be given more than once. */
  readonly multiple?: boolean
}

/** The options of a command, by name. */
export type Options = Readonly<Record<string, Option>>

/** What every command takes. */
export const everywhere: Options = {
  json: { value: null, help: 'results as JSON on standard output, errors as JSON on standard error' },
  'no-input': { value: null, help: 'asks nobody, as where no terminal is there or CI is set' },
  help: { value: null, short: 'h', help: 'tells of a command' },
  version: { value: null, short: 'V', help: 'prints the version' },
}
