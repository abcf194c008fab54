/** The promise guarded here: the quick start runs as it stands, and each request of the flow answers what we say. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PageApp, startApp } from './page-app.ts'
import { type Block, blocksBelow } from './pages.ts'
import { stepsOf, walk } from './walk.ts'

const [quickStart] = blocksBelow('README.md', 'Express').filter(({ language }) => language === 'js') as [Block]
const steps = stepsOf('README.md', 'The flow, with curl')
let app: PageApp | undefined

beforeAll(async () => {
  app = await startApp(quickStart.text)
}, 40_000)

afterAll(() => app?.close())

test('the Express block has at most 25 lines', () => {
  expect(quickStart.text.split('\n').length).toBeLessThanOrEqual(25)
})

test('a login, an enrollment, a login with a code, and the code refused the second time', async () => {
  expect(steps).toHaveLength(7)
  await walk(app as PageApp, steps)
}, 30_000)

test('the guarded route is shut without a sign-in', async () => {
  const response = await fetch(`${app?.url}/payout`)
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ code: 'unauthenticated' })
})
