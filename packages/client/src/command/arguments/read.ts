import { parseArgs } from 'node:util'
import { UsageError } from '../failures.ts'
import { nearest } from './nearest.ts'
import type { Option, Options } from './option.ts'

/** What was typed after a command's name. */
export interface Arguments {
  readonly positionals: readonly string[]
  /** Whether an option is given. */
  readonly has: (name: string) => boolean
  /** The value of an option. `null` if it is not given. */
  readonly get: (name: string) => string | null
  /** All values of an option that may be repeated. */
  readonly all: (name: string) => readonly string[]
}

/** These are never options, since every process on the machine may read arguments. */
const secrets = ['secret', 'password', 'code', 'passphrase', 'token', 'answer']

/** Read the arguments by the options of the command. @throws UsageError */
export function readArguments(argv: readonly string[], options: Options): Arguments {
  const values = new Map<string, string[]>()
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(Object.entries(options).map(([name, option]) => [name, parseOptionOf(option)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (option === undefined) throw unknownOption(token.rawName, Object.keys(options))
    const known = values.get(token.name) ?? []
    if (known.length > 0 && option.multiple !== true) throw new UsageError(`--${token.name} was given twice`)
    values.set(token.name, [...known, readValue(token, option)])
  }
  return {
    positionals,
    has: (name) => values.has(name),
    get: (name) => values.get(name)?.[0] ?? null,
    all: (name) => values.get(name) ?? [],
  }
}

function parseOptionOf({ value, short }: Option) {
  return { type: value === null ? 'boolean' : 'string', multiple: true, ...(short && { short }) } as const
}

interface OptionToken {
  readonly name: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function readValue({ name, value, inlineValue }: OptionToken, option: Option): string {
  if (option.value === null) {
    if (value !== undefined) throw new UsageError(`--${name} takes no value`)
    return ''
  }
  // A word that begins with a dash is more likely the next option than a value.
  const isOption = inlineValue !== true && value?.startsWith('-') === true && value !== '-'
  if (value === undefined || value === '' || isOption) throw new UsageError(`--${name} needs a value: ${option.value}`)
  return value
}

function unknownOption(rawName: string, names: readonly string[]): UsageError {
  const name = rawName.replace(/^-+/, '')
  if (secrets.includes(name)) {
    const others = names.filter((one) => one.startsWith(`${name}-`)).map((one) => `--${one}`)
    const instead = others.length === 0 ? 'standard input or a file' : others.join(' or ')
    return new UsageError(`--${name} is refused on purpose: process lists show arguments. Use ${instead}`)
  }
  const near = nearest(name, names)
  const known = names.map((one) => `--${one}`).join(', ')
  const hint = near === null ? '' : `: did you mean --${near}?`
  return new UsageError(`unknown option "${echo(rawName)}" (known: ${known})${hint}`)
}

/** Repeat a typed word in a message. Anything but a plain word may be a secret, or hold control characters. */
export function echo(word: string): string {
  return /^[a-z-]{1,18}$/.test(word) ? word : '…'
}
