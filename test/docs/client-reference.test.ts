/** The rule guarded here: every option, method, export and error of the client has its row in its README, as it is, and no other. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@latchkey/client'
import * as node from '@latchkey/client/node'
import { expect, test } from 'vitest'
import { pageOf, root } from './pages.ts'
import { rowsIn, sectionOf } from './tables.ts'

const readme = 'packages/client/README.md'

interface Member {
  readonly name: string
  /** As its comment has it; empty where it has none. */
  readonly defaultValue: string
}

/** The members of an interface of the client's sources. */
function membersOf(file: string, name: string): readonly Member[] {
  const source = readFileSync(join(root, 'packages', 'client', 'src', file), 'utf8')
  const [, body = ''] = new RegExp(`^export interface ${name} \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(source) ?? []
  return [...body.matchAll(/(?:^ {2}\/\*\*([\s\S]*?)\*\/\n)?^ {2}readonly (\w+)\??:/gm)].map(
    ([, comment = '', member = '']) => {
      const [, value = ''] = /@defaultValue (.+?) *$/m.exec(comment) ?? []
      return { name: member, defaultValue: value.replaceAll('`', '') }
    },
  )
}

/** The texts of a union of the client's sources. */
function unionOf(file: string, name: string): readonly string[] {
  const source = readFileSync(join(root, 'packages', 'client', 'src', file), 'utf8')
  const [, body = ''] = new RegExp(`^export type ${name} =\\n([\\s\\S]*?)\\n\\n`, 'm').exec(source) ?? []
  return [...body.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, text = '']) => text)
}

function namesIn(rows: ReadonlyMap<string, unknown>): readonly string[] {
  return [...rows.keys()].filter((name) => name !== '').map((name) => name.replace(/\(.*/, ''))
}

const options = [
  ...membersOf('options.ts', 'ClientOptions'),
  ...membersOf('options.ts', 'TotpOptions').map(({ name, ...rest }) => ({ name: `totp.${name}`, ...rest })),
]
const optionRows = rowsIn(sectionOf(readme, 'Options'))
const [methodTable = '', nodeTable = ''] = sectionOf(readme, 'Methods').split('\nFrom `@latchkey/client/node`:\n')

test.each(options)('the option $name is in the table, with its default', ({ name, defaultValue }) => {
  const [, shown = ''] = optionRows.get(name) ?? []
  const isValue = /^(?:\d+|true|false|'[^']*')$/.test(defaultValue)
  if (isValue) expect(shown).toBe(`\`${defaultValue}\``)
  else expect(shown).not.toBe('')
})

test('the table of options has no other', () => {
  expect(options.filter(({ defaultValue }) => /^\d+$/.test(defaultValue)).length).toBeGreaterThan(4)
  expect([...namesIn(optionRows)].toSorted()).toEqual(options.map(({ name }) => name).toSorted())
})

test('the table of methods has those of a client, and no other', () => {
  const methods = Object.keys(createClient({ baseUrl: 'https://app.example/auth' }))
  expect(methods).toContain('login')
  expect([...namesIn(rowsIn(methodTable))].toSorted()).toEqual(methods.toSorted())
})

test('the table of the exports for Node has all of them, and no other', () => {
  expect([...namesIn(rowsIn(nodeTable))].toSorted()).toEqual(Object.keys(node).toSorted())
})

test('the row of answerCache names its functions', () => {
  const [, shown = ''] = [...rowsIn(nodeTable)].find(([name]) => name.startsWith('answerCache('))?.[1] ?? []
  const functions = Object.keys(node.answerCache(join(root, 'none.json')))
  expect(functions.filter((name) => !shown.includes(`\`${name}\``))).toEqual([])
})

test('the table of errors has the own ones, and no other', () => {
  const own = unionOf('errors.ts', 'OwnErrorCode')
  expect(own).toContain('mfa_required')
  expect(namesIn(rowsIn(sectionOf(readme, 'Errors')))).toEqual(own)
})

test('the errors of the server are those of the server', () => {
  expect(unionOf('errors.ts', 'ServerErrorCode')).toEqual(pageOf('docs/errors.md').headings.slice(1))
})
