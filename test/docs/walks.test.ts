/** The promise guarded here: each request of these pages, sent by a reader of the quick start, answers what the page says. */
import { expect, onTestFinished, test } from 'vitest'
import { lineOf, patched, quickStart, startApp } from './page-app.ts'
import { type Block, blocksBelow, pageOf } from './pages.ts'
import { type Step, stepsOf, walk } from './walk.ts'

const timeout = 90_000

/** Starts an app and walks through it. */
async function walkOn(source: string, steps: readonly Step[]): Promise<void> {
  const app = await startApp(source)
  onTestFinished(() => app.close())
  await walk(app, steps)
}

/** The quick start's own steps until Alice has set up her phone. */
function setUp(): readonly Step[] {
  const steps = stepsOf('README.md', 'The flow, with curl').slice(0, 3)
  expect(steps.at(-1)?.answer).toHaveProperty('authenticator')
  return steps
}

test('bearer tokens are handed out, renewed by a proof, refreshed and ended', { timeout }, async () => {
  const page = 'docs/bearer-tokens.md'
  const [diff] = blocksBelow(page, 'The flow, with curl').filter(({ language }) => language === 'diff') as [Block]
  const steps = stepsOf(page, 'The flow, with curl')
  expect(steps).toHaveLength(8)
  await walkOn(patched(diff), steps)
})

test('an account is made, and its enrollment signs in', { timeout }, async () => {
  const host = lineOf('docs/registration.md', 'Making an account', /^ {2}register\([\s\S]*?^ {2}\},$/m)
  const steps = stepsOf('docs/registration.md', 'Making an account')
  expect(steps).toHaveLength(2)
  await walkOn(quickStart({ imports: ['fieldError'], host }), steps)
})

test('a login that must enroll does so, and signs in', { timeout }, async () => {
  const options = lineOf('docs/registration.md', 'Demanding a second factor', /^ {2}enrollment: .*$/m)
  const steps = stepsOf('docs/registration.md', 'Demanding a second factor')
  expect(steps).toHaveLength(3)
  await walkOn(quickStart({ options }), steps)
})

test('an address is enrolled by mail, signs in and steps up', { timeout }, async () => {
  const page = 'docs/one-time-codes.md'
  const lines = lineOf(page, 'Walk through it', /^import[\s\S]*$/)
  const [, options = ''] = /`(factors: [^`]+)`/.exec(pageOf(page).prose.split('\n## Walk through it\n')[1] ?? '') ?? []
  const steps = stepsOf(page, 'Walk through it')
  expect(steps).toHaveLength(8)
  await walkOn(quickStart({ lines, options: `${options},` }), steps)
})

test('answers are enrolled, and one of them signs in', { timeout }, async () => {
  const page = 'docs/questions.md'
  const options = lineOf(page, 'Answers that users enroll', /^ {2}factors: .*$/m)
  const steps = stepsOf(page, 'The flow, with curl')
  expect(steps).toHaveLength(5)
  await walkOn(quickStart({ imports: ['enrolledAnswers', 'questions'], options }), [...setUp(), ...steps])
})

test('a phone that is late is told how late', { timeout }, async () => {
  const page = 'docs/operators-guide.md'
  const [step] = stepsOf(page, 'Codes that are always refused') as [Step]
  const { commands, answer } = step
  const late = commands.replace('the code in the app', 'the code in an app that is two minutes behind')
  const { authenticators } = answer as { authenticators: readonly [object] }
  const [shown] = authenticators
  const here = { id: '…', name: 'Authenticator 1', last_step: expect.any(Number) }
  const told = { server_time: '20…', authenticators: [{ ...shown, ...here }] }
  const options = '  totp: { diagnose: true },'
  expect(pageOf(page).prose).toContain(`\`${options.trim().slice(0, -1)}\``)
  await walkOn(quickStart({ options }), [...setUp(), { ...step, commands: late, answer: told }])
})
