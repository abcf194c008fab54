/** The threat: somebody who saw a code uses it once more, or uses an older one. */
import type { HttpAnswer } from '@latchkey/testing'
import { expect, test } from 'vitest'
import type { TotpData } from '../../packages/core/src/factors/totp/parameters.ts'
import type { Authenticator } from '../../packages/core/src/record/record.ts'
import { doors, signInDoors } from './doors.ts'
import { expectPassed } from './person.ts'
import { startProcesses } from './process/start.ts'
import { badToken, expectRefused, notACode, reasonsOf, wrongCode } from './refusal.ts'
import { describeOn, sharedStacks, storageStacks } from './stacks.ts'
import { openStage, type Stage } from './stage.ts'

const replayed = wrongCode('replayed')

function statusesOf(answers: readonly HttpAnswer[]): readonly number[] {
  return answers.map(({ status }) => status).sort((one, other) => one - other)
}

/** Asserts that no door takes the code. */
async function expectSpent(stage: Stage, code: string, refusal = replayed): Promise<void> {
  for (const { open } of doors) {
    const attempt = await open(stage.alice)
    await expectRefused(stage, refusal, () => attempt(code))
  }
}

describeOn(storageStacks, (stack) => {
  test('the code that confirmed the enrollment, the very first one, opens no door', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    await expectSpent(stage, alice.app.code(stage.clock.now() - 30_000))
  })

  test.each(doors.slice(0, 3))('a code that passed $name opens no door any more', async (door) => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const code = alice.app.code(stage.clock.now())
    const attempt = await door.open(alice)
    expectPassed(await attempt(code))
    await expectSpent(stage, code)
  })

  test('the code that ended the second factor does not begin it again', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const code = alice.app.code(stage.clock.now())
    const token = await alice.challenge()
    expectPassed(await alice.browser.post('/auth/mfa/totp/deactivate', { code }))
    await expectRefused(stage, badToken('old_epoch'), () => alice.verify(token, code))
  })

  test('one token with its code twice, one after the other and at once', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const [first, second] = [await alice.challenge(), await alice.challenge()]
    const code = alice.app.code(stage.clock.now())
    expectPassed(await alice.verify(first, code))
    await expectRefused(stage, badToken('spent_token'), () => alice.verify(first, code))
    const later = alice.newCode()
    const answers = await Promise.all([1, 2, 3, 4].map(() => alice.verify(second, later)))
    expect(statusesOf(answers)).toEqual([200, 400, 400, 400])
  })

  test('eight tokens with one code at once: one sign-in', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const tokens = await Promise.all(Array.from({ length: 8 }, () => alice.challenge()))
    const code = alice.app.code(stage.clock.now())
    stage.events.length = 0
    const answers = await Promise.all(tokens.map((token) => alice.verify(token, code)))
    expect(statusesOf(answers)).toEqual([200, 400, 400, 400, 400, 400, 429, 429])
    expect(reasonsOf(stage).filter((reason) => reason === 'success null')).toHaveLength(1)
    expect(answers.filter(({ headers }) => headers['set-cookie'] !== undefined)).toHaveLength(1)
  })

  test.each(signInDoors)('two processes that read before either wrote, at $name: one sign-in', async ({ name }) => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const tokens = [await alice.challenge(), await alice.challenge()] as const
    const code = alice.app.code(stage.clock.now())
    for (const nth of [1, 2]) stage.storage.inject('get', 'hang_after', nth)
    const clients = [stage.browser(), await stage.twin()] as const
    const answers = clients.map((client, index) =>
      name === 'verify' ? alice.verify(tokens[index as 0 | 1], code, client) : alice.login(client, { code }),
    )
    await stage.storage.hanging(2)
    stage.storage.release()
    expect(statusesOf(await Promise.all(answers))).toEqual([200, 400])
    expect(reasonsOf(stage)).toContain('replayed')
  })

  test.each(signInDoors)("the next step's code early at $name, then again 31 s and 61 s later", async (door) => {
    const stage = await openStage(stack)
    const { clock } = stage
    const alice = await stage.alice.enroll()
    const early = alice.app.codeAt(alice.app.step(clock.now()) + 1)
    const attempt = await door.open(alice)
    expectPassed(await attempt(early))
    for (const seconds of [31, 30]) {
      clock.advance(seconds)
      const again = await door.open(alice)
      await expectRefused(stage, replayed, () => again(early))
    }
  })

  test('an older step after a newer one, though nobody has used it', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    stage.clock.advance(60)
    const step = alice.app.step(stage.clock.now())
    const [older, current, newer] = [step - 1, step, step + 1].map((of) => alice.app.codeAt(of)) as [
      string,
      string,
      string,
    ]
    expectPassed(await alice.login(undefined, { code: current }))
    await expectSpent(stage, older)
    expectPassed(await alice.login(undefined, { code: newer }))
    await expectRefused(stage, replayed, () => alice.login(undefined, { code: current }))
  })

  test('the code in another spelling the second time', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const code = alice.app.code(stage.clock.now())
    expectPassed(await alice.login(undefined, { code }))
    const [head, tail] = [code.slice(0, 3), code.slice(3)]
    for (const spelling of [`${head} ${tail}`, `${head}-${tail}`, ` ${code} `, `${[...code].join('-')}-`]) {
      await expectRefused(stage, replayed, () => alice.login(undefined, { code: spelling }))
    }
    const shifted = (first: string) =>
      code.replace(/\d/g, (digit) => String.fromCodePoint((first.codePointAt(0) as number) + Number(digit)))
    for (const first of ['０', '٠', '०', '𝟎']) {
      await expectRefused(stage, notACode, () => alice.login(undefined, { code: shifted(first) }))
    }
    await expectRefused(stage, notACode, () => alice.login(undefined, { code: `${head}\u00a0${tail}` }))
  })

  test('the clock set back by five minutes', async () => {
    const stage = await openStage(stack)
    const { clock } = stage
    const alice = await stage.alice.enroll()
    clock.advance(600)
    const used = alice.app.code(clock.now())
    expectPassed(await alice.login(undefined, { code: used }))
    clock.advance(-300)
    await expectRefused(stage, replayed, () => alice.login(undefined, { code: alice.app.code(clock.now()) }))
    await expectRefused(stage, wrongCode('drifted'), () => alice.login(undefined, { code: used }))
    clock.advance(301)
    await expectRefused(stage, replayed, () => alice.login(undefined, { code: used }))
    clock.advance(30)
    expectPassed(await alice.login(undefined, { code: alice.app.code(clock.now()) }))
  })

  test('one secret in two authenticators: its code is spent for both', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    await stage.rewrite('alice', (record) => {
      const [first, ...rest] = record.authenticators as unknown as [Authenticator<TotpData>, ...Authenticator[]]
      return { ...record, authenticators: [first, { ...first, id: 'twin' }, ...rest] }
    })
    const code = alice.app.code(stage.clock.now())
    expectPassed(await alice.login(undefined, { code }))
    await expectSpent(stage, code)
  })
})

describeOn(sharedStacks, (stack) => {
  test('eight processes with one code at one instant: one sign-in', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const tokens = await Promise.all(Array.from({ length: 8 }, () => alice.challenge()))
    const code = alice.app.code(stage.clock.now())
    const processes = await startProcesses({
      open: stage.open,
      nowMs: stage.clock.now(),
      frameworks: tokens.map((_, index) => (index < 4 ? 'Express 5' : 'Koa 3')),
    })
    await Promise.all(processes.map(({ tell }) => tell('hold')))
    const answers = processes.map(({ client }, index) => alice.verify(tokens[index] as string, code, client()))
    await Promise.all(processes.map(({ tell }) => tell('held')))
    await Promise.all(processes.map(({ tell }) => tell('release')))
    expect(statusesOf(await Promise.all(answers)).filter((status) => status === 200)).toHaveLength(1)
    const events = (await Promise.all(processes.map(({ tell }) => tell('events')))).flat()
    expect(events.filter(({ result }) => result === 'success')).toHaveLength(1)
    expect(events.filter(({ reason }) => reason === 'replayed').length).toBeGreaterThan(0)
  })
})
