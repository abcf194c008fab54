/** The promise guarded here: the page on the REST resource shows each route as it is, and requests that answer what it says. */
import { type RouteTable, resourceRoutes } from '@latchkey/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readMfaOptions } from '../../packages/core/src/options/options.ts'
import { routeTable } from '../../packages/core/src/routes/table.ts'
import { lineOf, type PageApp, quickStart, startApp } from './page-app.ts'
import { pageOf } from './pages.ts'
import { stepsOf, walk } from './walk.ts'

const page = 'docs/rest-resource.md'
const steps = stepsOf(page, 'The flow, with curl')
const options = lineOf(page, 'Switch it on', /^ {2}routes: .*$/m)
let app: PageApp | undefined

/** The operations of a table, by name. */
function tableOf(routes: RouteTable) {
  const usual = { secret: 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is', issuer: 'Acme', findUser: () => null }
  const storage = { get: () => {}, put: () => {}, delete: () => {}, userIds: () => {} } as never
  return readMfaOptions({ ...usual, storage, routes }).routes.build([])
}

beforeAll(async () => {
  app = await startApp(quickStart({ imports: ['resourceRoutes'], options }))
}, 40_000)

afterAll(() => app?.close())

test('a secret is created, enrolled and renamed, and the next login takes its code', async () => {
  expect(steps).toHaveLength(6)
  await walk(app as PageApp, steps)
}, 30_000)

const rows = new Map(
  [...pageOf(page).prose.matchAll(/^\| `(secrets\.\w+)` +\| `(\w+ [^`]+)`/gm)].map(([, name, request]) => [
    name,
    request,
  ]),
)
const routes = tableOf(resourceRoutes()).filter(({ name }) => !routeTable([]).some((usual) => usual.name === name))

test.each(routes.map((route) => [route.name, route] as const))('the route %s has its row', (name, { method, path }) => {
  expect(rows.get(name)).toBe(`${method} ${path}`)
})

test('the table has no other', () => {
  expect(routes).toHaveLength(7)
  expect(rows.size).toBe(7)
})
