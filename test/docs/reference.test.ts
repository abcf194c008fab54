/** The rule guarded here: every option, route, error and event of the code has its place in the documents, as it is. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { questions } from '../../packages/core/src/factors/question/question.ts'
import { recoveryCode } from '../../packages/core/src/factors/recovery-code/recovery-code.ts'
import { totp } from '../../packages/core/src/factors/totp/totp.ts'
import {
  createMfa,
  MfaError,
  type MfaErrorCode,
  type MfaOptions,
  memoryStorage,
} from '../../packages/core/src/index.ts'
import { readMfaOptions } from '../../packages/core/src/options/options.ts'
import { routeTable } from '../../packages/core/src/routes/table.ts'
import { blocksBelow, pageOf, root } from './pages.ts'
import { rowsIn, sectionOf } from './tables.ts'

const options: MfaOptions = {
  secret: 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is',
  storage: memoryStorage(),
  findUser: () => null,
  issuer: 'Acme',
}
const settings = readMfaOptions(options)
const groups = ['totp', 'recoveryCodes', 'bearer', 'attempts'] as const

/** The names that a TypeError lists. */
function namesIn(refused: () => unknown): readonly string[] {
  try {
    refused()
  } catch (error) {
    return (error as Error).message.replace(/.*\(known: (.*)\)$/, '$1').split(', ')
  }
  throw new Error('nothing was refused')
}

function sourceOf(path: string): string {
  return readFileSync(join(root, 'packages', 'core', 'src', path), 'utf8')
}

const optionRows = rowsIn(sectionOf('README.md', 'Options'))
const routeRows = rowsIn(sectionOf('README.md', 'Routes'))
const errorRows = rowsIn(sectionOf('README.md', 'Errors'), 1)
const eventRows = rowsIn(pageOf('docs/events.md').prose)
const optionNames = namesIn(() => createMfa({ ...options, nothing: 1 } as MfaOptions)).flatMap((name) => {
  const group = groups.find((candidate) => candidate === name)
  return group === undefined ? [name] : Object.keys(settings[group]).map((key) => `${group}.${key}`)
})

test.each(optionNames)('the option %s is in the table of README.md, with its default', (name) => {
  const [, shown = ''] = optionRows.get(name) ?? []
  const [group = '', key = ''] = name.split('.')
  const value = (settings as Readonly<Record<string, unknown>>)[group]
  const isDefault = typeof value === 'object' && value !== null ? Reflect.get(value, key) : value
  const isGiven = name in options || isDefault === options.issuer
  if (['number', 'string'].includes(typeof isDefault) && !isGiven) {
    expect(shown).toBe(typeof isDefault === 'string' ? `\`'${isDefault}'\`` : `\`${isDefault}\``)
  } else expect(shown).not.toBe('')
})

test('the table of options has no other', () => {
  expect([...optionRows.keys()].filter((name) => name !== '' && !optionNames.includes(name))).toEqual([])
})

const optional = [questions({ next: () => ({ question: '' }), check: () => false })]
const routes = routeTable([
  totp({ ...settings.totp, diagnose: true }),
  recoveryCode(settings.recoveryCodes),
  ...optional,
] as never)

test.each(routes.map((route) => [route.name, route] as const))('the route %s is in README.md', (name, route) => {
  const [, request] = routeRows.get(name) ?? []
  expect(request).toBe(`\`${route.method} ${route.path}\``)
})

test('the table of routes has no other', () => {
  const names = routes.map(({ name }) => name)
  expect([...routeRows.keys()].filter((name) => name !== '' && !names.includes(name))).toEqual([])
})

const codes = [...sourceOf('errors.ts').matchAll(/^ {2}(\w+): \[\d/gm)].map(([, code]) => code as MfaErrorCode)

test.each(codes)('the error %s has its section and its row', (code) => {
  const { status, title } = new MfaError(code)
  expect(pageOf('docs/errors.md').headings).toContain(code)
  expect(pageOf('docs/errors.md').prose).toContain(`\n## ${code}\n\n**${status}** · ${title}\n`)
  expect(errorRows.get(code)?.[0]).toBe(String(status))
})

test('there is no section and no row of an error that is not', () => {
  expect(codes.length).toBeGreaterThan(10)
  expect(pageOf('docs/errors.md').headings.slice(1)).toEqual(codes)
  expect([...errorRows.keys()].filter((name) => name !== '')).toEqual(codes)
})

const [, types = ''] = sourceOf('events.ts').split('export type MfaEventType =')
const [, reasons = ''] = sourceOf('errors.ts').split('type KnownReason =')
const named = (union: string) =>
  [...(union.split('\n\n', 1)[0] ?? '').matchAll(/\| '(\w+)'/g)].map(([, name = '']) => name)
const [, event = ''] = sourceOf('events.ts').split(/export interface MfaEvent\b.*/)
const fields = [...(event.split('\n}', 1)[0] ?? '').matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name = '']) => name)

test.each([...named(types), ...named(reasons), ...fields])('the events page tells of %s', (name) => {
  expect(eventRows.has(name)).toBe(true)
})

test('the page of core knows every function', () => {
  const functions = Object.entries(createMfa(options)).flatMap(([name, value]) =>
    typeof value === 'function' ? [name] : Object.keys(value as object).map((key) => `${name}.${key}`),
  )
  const shown = [...rowsIn(sectionOf('packages/core/README.md', 'Functions')).keys()].filter((name) => name !== '')
  expect(shown.map((name) => name.replace(/\(.*/, '')).toSorted()).toEqual(functions.toSorted())
})

test('the import order on the architecture page is the one that is checked', () => {
  const checked = readFileSync(join(root, '.dependency-cruiser.mjs'), 'utf8')
  const [, list = ''] = /const coreOrder = \[\n([\s\S]*?)\n\]/.exec(checked) ?? []
  const order = list.split('\n').map((line) => [...line.matchAll(/'([^']+)'/g)].map(([, name = '']) => name))
  const block = blocksBelow('docs/architecture.md', 'Who may import whom')[0]?.text ?? ''
  expect(block.split('\n').map((line) => line.replace('◄─', '').trim().split(/ +/))).toEqual(order)
})

test('the architecture page knows every file and folder of core', () => {
  const { prose } = pageOf('docs/architecture.md')
  const names = readdirSync(join(root, 'packages', 'core', 'src')).filter(
    (name) => !/^(?:index\.ts|README\.md)$/.test(name),
  )
  expect(names.filter((name) => !prose.includes(`\`${name.includes('.') ? name : `${name}/`}\``))).toEqual([])
})

test('the events page tells of nothing else', () => {
  const known = new Set(['', ...named(types), ...named(reasons), ...fields, ...codes])
  expect([...eventRows.keys()].filter((name) => !known.has(name))).toEqual([])
})

test('the lists of events were found', () => {
  expect(named(types)).toContain('verify')
  expect(named(reasons)).toContain('replayed')
  expect(fields).toContain('userId')
})
