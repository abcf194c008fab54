/** The rule guarded here: the page of the command knows each command, option and exit code, and no other. */
import { expect, test } from 'vitest'
import { everywhere, type Options } from '../../packages/client/src/command/arguments/option.ts'
import { commands } from '../../packages/client/src/command/commands/table.ts'
import { exitCodes } from '../../packages/client/src/command/exit-codes.ts'
import { secretOptions } from '../../packages/client/src/command/secret-source/options.ts'
import { keyOptions, serverOptions, signInOptions } from '../../packages/client/src/command/sign-in/options.ts'
import { pageOf } from './pages.ts'

const page = pageOf('docs/command.md')

function sectionOf(heading: string): string {
  const [, section] = page.prose.split(`\n## ${heading}\n`)
  if (section === undefined) throw new Error(`there is no section ${heading}`)
  return section.split('\n## ', 1)[0] ?? ''
}

/** First cells of all tables that are options, and the second ones. */
function optionsIn(heading: string): readonly (readonly [string, string])[] {
  const rows = [...sectionOf(heading).matchAll(/^\| `(-[^`]*)` *\| (.*?) *\|$/gm)]
  return rows.map(([, option = '', meaning = '']) => [option, meaning])
}

function shown(options: Options): readonly string[] {
  return Object.entries(options).map(([name, { value, short }]) => {
    const long = value === null ? `--${name}` : `--${name} ${value}`
    return short === undefined ? long : `-${short}, ${long}`
  })
}

function without(options: Options, others: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !Object.hasOwn(others, name)))
}

/** Options that several commands take, by the section that tells of them. */
const shared: Readonly<Record<string, Options>> = {
  Everywhere: everywhere,
  'The server': serverOptions,
  'A TOTP secret': secretOptions,
  'The key of answers': keyOptions,
  'Signing in': without(signInOptions, { ...serverOptions, ...secretOptions, ...keyOptions }),
}

test.each(Object.entries(shared))('the section %s has its options', (heading, options) => {
  expect(optionsIn(heading).map(([option]) => option)).toEqual(shown(options))
})

test.each(commands.map((command) => [command.name, command] as const))(
  'the section of %s has its options',
  (name, command) => {
    const section = sectionOf(`\`latchkey ${name}\``)
    const linked = Object.entries(shared).filter(([heading]) =>
      section.includes(`](#${heading.toLowerCase().replaceAll(' ', '-')})`),
    )
    const elsewhere = Object.assign({}, ...linked.map(([, options]) => options)) as Options
    for (const option of Object.keys(elsewhere)) expect(Object.keys(command.options)).toContain(option)
    const own = shown(without(command.options, elsewhere))
    expect(optionsIn(`\`latchkey ${name}\``).map(([option]) => option)).toEqual(own)
  },
)

test('there is no section of a command that is not', () => {
  const headings = page.headings.flatMap((heading) => /^`latchkey (\w+)`$/.exec(heading)?.[1] ?? [])
  expect(headings.toSorted()).toEqual(commands.map(({ name }) => name).toSorted())
})

test('the exit codes mean what they mean', () => {
  const rows = [...sectionOf('Exit codes').matchAll(/^\| `(\d+)` *\| (.*?) *\|$/gm)]
  expect(Object.fromEntries(rows.map(([, code = '', meaning = '']) => [code, meaning]))).toEqual(exitCodes)
})

test('where the help names a default, the page does', () => {
  for (const { options } of commands) {
    for (const [name, { help }] of Object.entries(options)) {
      const [, value] = /\(([\w.]+)[^)]*\)$/.exec(help) ?? []
      if (value === undefined) continue
      const row = page.prose.split('\n').find((line) => line.startsWith(`| \`--${name}`) && line.includes('Default'))
      expect(row).toContain(value)
    }
  }
})
