/** The threat: a recovery code that works twice, for somebody else, in part, or after it was replaced. */
import { randomBytes } from 'node:crypto'
import type { HttpAnswer } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { expectPassed, type Person } from './person.ts'
import { badToken, expectRefused, notACode, wrongCode } from './refusal.ts'
import { describeOn, sqliteStack, storageStacks } from './stacks.ts'
import { openStage, type Stage } from './stage.ts'

const charged = ['alice recovery_code']
const used = wrongCode('replayed', charged)
const unknown = wrongCode('wrong', charged)

function answerWith(person: Person, code: unknown): Promise<HttpAnswer> {
  return person.login(undefined, { code })
}

/** Lets waits pass, so that what is asked next is looked at. */
function wait({ clock }: Stage): void {
  clock.advance(3600)
}

function passedOf(answers: readonly HttpAnswer[]): readonly HttpAnswer[] {
  return answers.filter(({ status }) => status === 200)
}

/** Codes that are kept as hashes are slow to make; what they do differently lies in no framework and no storage. */
const ways = [
  ...storageStacks.map((stack) => ({ ...stack, reveal: 'always' as const, count: 10 })),
  { ...sqliteStack, name: `${sqliteStack.name}, codes shown once`, reveal: 'once' as const, count: 5 },
]

describeOn(ways, ({ reveal, count, ...stack }) => {
  const mfa = { recoveryCodes: { reveal, count } }

  test('twice, at every door', async () => {
    const stage = await openStage(stack, { mfa })
    const alice = await stage.alice.enroll()
    const [first, second] = alice.codes as [string, string]
    expectPassed(await alice.verify(await alice.challenge(), first))
    await expectRefused(stage, used, () => answerWith(alice, first))
    expectPassed(await alice.browser.post('/auth/mfa/step-up', { code: second }))
    for (const code of [first, second]) {
      await expectRefused(stage, used, () => alice.browser.post('/auth/mfa/totp/deactivate', { code }))
    }
    const token = await alice.challenge()
    await expectRefused(stage, used, () => alice.verify(token, second))
  })

  test('eight times at once, in two processes: one sign-in', async () => {
    const stage = await openStage(stack, { mfa })
    const alice = await stage.alice.enroll()
    const [code] = alice.codes
    const clients = [stage.browser(), await stage.twin()]
    for (const nth of [1, 2]) stage.storage.inject('get', 'hang_after', nth)
    const sent = Array.from({ length: 8 }, (_, index) => alice.login(clients[index % 2], { code }))
    await stage.storage.hanging(2)
    stage.storage.release()
    expect(passedOf(await Promise.all(sent))).toHaveLength(1)
    expect(stage.events.filter(({ type, result }) => type === 'verify' && result === 'success')).toHaveLength(1)
  })

  test('two different ones at once, in two processes: both pass, both are gone', async () => {
    const stage = await openStage(stack, { mfa })
    const alice = await stage.alice.enroll()
    const [first, second] = alice.codes as [string, string]
    const [here, there] = [stage.browser(), await stage.twin()]
    for (const nth of [1, 2]) stage.storage.inject('get', 'hang_after', nth)
    const sent = [alice.login(here, { code: first }), alice.login(there, { code: second })]
    await stage.storage.hanging(2)
    stage.storage.release()
    expect(passedOf(await Promise.all(sent))).toHaveLength(2)
    for (const code of [first, second]) await expectRefused(stage, used, () => answerWith(alice, code))
  })

  test('all in turn, then none: the user is told in time', async () => {
    const stage = await openStage(stack, { mfa })
    const alice = await stage.alice.enroll()
    const told: unknown[] = []
    for (const [index, code] of alice.codes.entries()) {
      stage.events.length = 0
      expectPassed(await alice.login(alice.browser, { code }))
      told.push(...stage.events.filter(({ type }) => type === 'recovery_codes_low').map(({ remaining }) => remaining))
      const status = (await alice.browser.get('/auth/mfa/status')).json()
      expect(status).toMatchObject({ recovery_codes_remaining: count - 1 - index })
    }
    expect(told).toEqual([2, 1, 0])
    const challenge = (await alice.login()).json() as { methods: string[] }
    expect(challenge.methods).toEqual(['totp'])
    for (const code of alice.codes) {
      await expectRefused(stage, notACode, () => answerWith(alice, code))
    }
    expectPassed(await answerWith(alice, alice.app.code(stage.clock.now())))
  })

  test('an old one after new ones were made, and after the second factor ended and began again', async () => {
    const stage = await openStage(stack, { mfa })
    const alice = await stage.alice.enroll()
    const [first, second] = alice.codes as [string, string]
    const regenerated = expectPassed(await alice.browser.post('/auth/mfa/recovery-codes/regenerate', {})) as {
      codes: string[]
    }
    expect(regenerated.codes).toHaveLength(count)
    await expectRefused(stage, unknown, () => answerWith(alice, first))
    expectPassed(await answerWith(alice, regenerated.codes[0]))
    const token = await alice.challenge()
    expectPassed(await alice.browser.post('/auth/mfa/totp/deactivate', { code: regenerated.codes[1] }))
    for (const code of [second, regenerated.codes[2]]) {
      await expectRefused(stage, badToken('old_epoch'), () => alice.verify(token, code))
      expect(await alice.browser.post('/auth/mfa/step-up', { code })).toMatchObject({ status: 409 })
    }
    await alice.enroll()
    for (const code of [second, regenerated.codes[2]]) {
      await expectRefused(stage, unknown, () => answerWith(alice, code))
    }
    expectPassed(await answerWith(alice, alice.codes[0]))
  })

  test('the last authenticator removed takes them along', async () => {
    const stage = await openStage(stack, { mfa })
    const alice = await stage.alice.enroll()
    const removed = await alice.browser.send('DELETE', `/auth/mfa/authenticators/${alice.authenticatorId}`)
    expect(removed.status).toBe(204)
    expect((await stage.records())['alice']).toMatchObject({ authenticators: [], enabledAt: null })
    expect(await alice.browser.post('/auth/mfa/step-up', { code: alice.codes[0] })).toMatchObject({ status: 409 })
    expect((await alice.browser.get('/auth/mfa/recovery-codes')).json()).toEqual({ codes: [], remaining: 0 })
  })

  test('half a code, and a code with something added', async () => {
    const stage = await openStage(stack, { mfa })
    const alice = await stage.alice.enroll()
    const [code] = alice.codes as [string]
    const halves = [code.slice(0, 4), code.slice(5), code.slice(0, -1), code.slice(1), '', '-', code.split('-')[0]]
    for (const half of [...halves, `${code}0`, `0${code}`, `${code}${code}`, `${code}\n`, `${code}u`]) {
      await expectRefused(stage, notACode, () => answerWith(alice, half))
    }
    expectPassed(await answerWith(alice, code))
  })
})

describeOn(storageStacks, (stack) => {
  test("mallory's code for alice, and hers for mallory", async () => {
    const stage = await openStage(stack)
    const [alice, mallory] = [await stage.alice.enroll(), await stage.mallory.enroll()]
    await expectRefused(stage, unknown, () => answerWith(alice, mallory.codes[0]))
    await expectRefused(stage, wrongCode('wrong', ['mallory recovery_code']), () => answerWith(mallory, alice.codes[0]))
    expectPassed(await answerWith(alice, alice.codes[0]))
    expectPassed(await answerWith(mallory, mallory.codes[0]))
  })

  test('users whose ids a database might take for one another', async () => {
    const stage = await openStage(stack)
    const ids = [
      '1',
      '01',
      '1e0',
      '1e1',
      '10',
      '1.0',
      ' 1',
      '1 ',
      'a:b',
      'a',
      'A',
      'é',
      'e\u0301',
      '__proto__',
      'constructor',
    ]
    const people: Person[] = []
    for (const id of ids) people.push(await stage.newPerson(id).enroll())
    expect(Object.keys(await stage.records()).sort()).toEqual([...ids].sort())
    for (const [index, person] of people.entries()) {
      const other = people[(index + 1) % people.length] as Person
      const refusal = wrongCode('wrong', [`${person.id} recovery_code`])
      if (/^[^ ]+$/.test(person.id)) await expectRefused(stage, refusal, () => answerWith(person, other.codes[0]))
      expectPassed(await answerWith(person, person.codes[0]))
    }
    await stage.mfa.erase('1')
    expect(Object.keys(await stage.records())).toHaveLength(ids.length - 1)
  })

  test('a code in every spelling a person may give it, once', async () => {
    const stage = await openStage(stack, { mfa: { randomBytes: codesWithZeroAndOne() } })
    const alice = await stage.alice.enroll()
    const spellings: readonly ((code: string) => string)[] = [
      (code) => code.toUpperCase(),
      (code) => code.replace('-', ''),
      (code) => ` ${[...code].join(' ')} `,
      (code) => code.replaceAll('0', 'O'),
      (code) => code.replaceAll('0', 'o').replaceAll('1', 'l'),
      (code) => code.replaceAll('1', 'I'),
      (code) => code.replaceAll('1', 'i').replace('-', '--'),
    ]
    for (const [index, spell] of spellings.entries()) {
      const code = alice.codes[index] as string
      expect(code).toMatch(/^01/)
      expectPassed(await answerWith(alice, spell(code)))
      await expectRefused(stage, used, () => answerWith(alice, code))
      await expectRefused(stage, used, () => answerWith(alice, spell(code)))
      wait(stage)
    }
    const lookAlike = (alice.codes[8] as string).replace('0', '０')
    await expectRefused(stage, notACode, () => answerWith(alice, lookAlike))
  })
})

/** Random bytes of which a recovery code begins with `01`. */
function codesWithZeroAndOne(): (size: number) => Uint8Array {
  return (size) => {
    const bytes = new Uint8Array(randomBytes(size))
    if (size === 8) bytes.set([0, 1])
    return bytes
  }
}
