/** An option of a command, by its long name without the dashes. */
export interface Option {
  /** What the help calls its value. `null` if it takes none. */
  readonly value: string | null
  /** What it does, in a few words, with its default if it has one. */
  readonly help: string
  readonly short?: string
  /** Whether it may be repeated. */
  readonly multiple?: boolean
}

/** The options of a command, by name. */
export type Options = Readonly<Record<string, Option>>

/** The options that every command takes. */
export const everywhere: Options = {
  json: { value: null, help: 'results as JSON on standard output, errors as JSON on standard error' },
  'no-input': { value: null, help: 'asks nobody, as if there were no terminal or CI were set' },
  help: { value: null, short: 'h', help: 'explains a command' },
  version: { value: null, short: 'V', help: 'prints the version' },
}
