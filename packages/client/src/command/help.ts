import { everywhere, type Options } from './arguments/option.ts'
import type { Command } from './commands/command.ts'
import { exitCodes } from './exit-codes.ts'

/** The help of `latchkey` as a whole. */
export function overview(commands: readonly Command[]): readonly string[] {
  return [
    'latchkey COMMAND [options]',
    '',
    'Logs in to apps behind Latchkey, and stores what a login needs.',
    '',
    'Commands:',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Everywhere:',
    ...columns(rowsOf(everywhere)),
    '',
    ...exits(),
    '',
    '`latchkey help COMMAND` explains a command.',
  ]
}

/** The help of one command. */
export function helpOf({ name, summary, usage, options, about }: Command): readonly string[] {
  return [
    ...usage.map((form) => `latchkey ${form}`),
    '',
    `${name}: ${summary}.`,
    ...(about.length === 0 ? [] : ['', ...about]),
    ...(Object.keys(options).length === 0 ? [] : ['', 'Options:', ...columns(rowsOf(options))]),
    '',
    'Everywhere:',
    ...columns(rowsOf(everywhere)),
    '',
    ...exits(),
  ]
}

function rowsOf(options: Options): readonly (readonly [string, string])[] {
  return Object.entries(options).map(([name, { value, short, help }]) => {
    const long = value === null ? `--${name}` : `--${name} ${value}`
    return [short === undefined ? long : `-${short}, ${long}`, help]
  })
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

function exits(): readonly string[] {
  return ['Exit codes:', ...columns(Object.entries(exitCodes))]
}
