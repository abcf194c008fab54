/**
 * The threat here: a program that calls the command hangs at a prompt that nobody sees, or gets a secret that it does not expect.
 * Each case is a real process with pipes. The rule: no terminal, no prompt. Exit codes tell the result.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { virtualAuthenticator } from '@latchkey/testing'
import { expect, test, vi } from 'vitest'
import { openSchool, password, propositions, question, rightAnswer } from './open-school.ts'
import { freshFolder, runPiped } from './terminal.ts'

vi.setConfig({ testTimeout: 30_000 })

const env = { LATCHKEY_PASSWORD: password }
const asAlice = ['--username', 'alice']

function errorIn(text: string): Record<string, unknown> {
  return (JSON.parse(text) as { error: Record<string, unknown> }).error
}

test('a question that nobody answers is reported, with exit code 3', async () => {
  const school = await openSchool()
  await school.enrollQuestions()
  const { exitCode, stdout, stderr } = await runPiped(['login', school.url, ...asAlice, '--json'], { env })
  expect([exitCode, stdout]).toEqual([3, ''])
  expect(errorIn(stderr)).toMatchObject({ code: 'mfa_required', question, propositions })
  const plain = await runPiped(['login', school.url, ...asAlice], { env })
  expect(plain.stderr).toContain(question)
})

test('without a user name or a password it is wrong usage', async () => {
  const school = await openSchool()
  expect((await runPiped(['login', school.url], { env })).exitCode).toBe(2)
  expect((await runPiped(['login', school.url, ...asAlice])).exitCode).toBe(2)
  expect((await runPiped(['enroll', school.url, ...asAlice], { env })).exitCode).toBe(2)
})

test('a secret, answers from a file and a code from a variable sign in without a person', async () => {
  const [phones, asks] = [await openSchool(), await openSchool()]
  const phone = await phones.enrollPhone()
  await asks.enrollQuestions()
  const file = join(freshFolder(), 'answers.json')
  writeFileSync(file, JSON.stringify({ [question]: ['Lyon', rightAnswer] }))
  const byAnswer = await runPiped(['login', asks.url, ...asAlice, '--answers', file], { env })
  expect(byAnswer.exitCode).toBe(0)
  expect(JSON.parse(byAnswer.stdout)).toMatchObject({ answer: { user: { name: 'alice' } }, tokens: null })
  const bySecret = await runPiped(['login', phones.url, ...asAlice], {
    env: { ...env, LATCHKEY_TOTP_SECRET: phone.secret },
  })
  expect(bySecret.exitCode).toBe(0)
  const code = phone.codeAt(phone.step(Date.now()) + 1)
  const byCode = await runPiped(['login', phones.url, ...asAlice, '--code-env', 'CODE'], {
    env: { ...env, CODE: code },
  })
  expect([byCode.exitCode, byCode.stderr]).toEqual([0, 'Signed in.\n'])
})

test('no output holds a secret, however the command fails', async () => {
  const school = await openSchool()
  const phone = await school.enrollPhone()
  const [wrongCode, wrongPassword] = [phone.wrongCode(Date.now()), 'Incorrect Horse 48']
  const pending = join(freshFolder(), 'pending.json')
  const tries = [
    { LATCHKEY_PASSWORD: wrongPassword, CODE: wrongCode },
    { ...env, CODE: wrongCode },
  ]
  for (const variables of tries) {
    const words = ['login', school.url, ...asAlice, '--code-env', 'CODE', '--pending', pending]
    for (const more of [[], ['--json']]) {
      const { exitCode, stderr } = await runPiped([...words, ...more], { env: variables })
      expect(exitCode).toBe(1)
      for (const secret of [password, wrongPassword, wrongCode]) expect(stderr).not.toContain(secret)
      if (existsSync(pending)) {
        const { ephemeralToken } = JSON.parse(readFileSync(pending, 'utf8')) as { ephemeralToken: string }
        expect(stderr).not.toContain(ephemeralToken)
      }
    }
  }
  expect(existsSync(pending)).toBe(true)
})

test('--prefer says what is asked first', async () => {
  const school = await openSchool()
  await school.enrollPhone()
  for (const first of ['totp', 'recovery_code']) {
    const words = ['login', school.url, ...asAlice, '--prefer', first, '--json']
    const { methods } = errorIn((await runPiped(words, { env })).stderr)
    expect((methods as readonly string[])[0]).toBe(first)
  }
})

test('a login that waits for an answer goes on, with the question that is asked by then', async () => {
  const other = 'Where were you born?'
  const school = await openSchool({ asks: [question, other] })
  await school.enrollQuestions()
  const folder = freshFolder()
  const [pending, answers] = [join(folder, 'pending.json'), join(folder, 'answers.json')]
  expect((await runPiped(['login', school.url, ...asAlice, '--pending', pending], { env })).exitCode).toBe(3)
  const goOn = () => runPiped(['login', school.url, '--resume', pending, '--answers', answers])
  const kept = JSON.parse(readFileSync(pending, 'utf8')) as { question: string }
  const next = kept.question === question ? other : question
  writeFileSync(answers, JSON.stringify({ [kept.question]: ['Lyon'] }))
  expect((await goOn()).exitCode).toBe(1)
  expect(JSON.parse(readFileSync(pending, 'utf8'))).toMatchObject({ question: next })
  writeFileSync(answers, JSON.stringify({ [next]: [rightAnswer] }))
  expect((await goOn()).exitCode).toBe(0)
})

test('a login that waits belongs to its server alone, and anything but a login is refused', async () => {
  const [school, other] = [await openSchool(), await openSchool()]
  await school.enrollPhone()
  const pending = join(freshFolder(), 'pending.json')
  await runPiped(['login', school.url, ...asAlice, '--pending', pending], { env })
  const elsewhere = await runPiped(['login', other.url, '--resume', pending, '--json'])
  expect([elsewhere.exitCode, errorIn(elsewhere.stderr)['code']]).toEqual([1, 'invalid_file'])
  for (const content of ['', 'nothing', '{}', '[]']) {
    writeFileSync(pending, content)
    const broken = await runPiped(['login', school.url, '--resume', pending, '--json'])
    expect([broken.exitCode, errorIn(broken.stderr)['code']]).toEqual([1, 'invalid_file'])
  }
})

test('a login that waits goes on in another process', async () => {
  const school = await openSchool()
  const phone = await school.enrollPhone()
  const file = join(freshFolder(), 'pending.json')
  expect((await runPiped(['login', school.url, ...asAlice, '--pending', file], { env })).exitCode).toBe(3)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).not.toContain(password)
  const goOn = ['login', school.url, '--resume', file, '--code-env', 'CODE']
  const wrong = await runPiped([...goOn, '--json'], { env: { CODE: phone.wrongCode(Date.now()) } })
  expect([wrong.exitCode, errorIn(wrong.stderr)['code']]).toEqual([1, 'invalid_code'])
  const right = await runPiped(goOn, { env: { CODE: phone.code(Date.now()) } })
  expect(right.exitCode).toBe(0)
  expect(existsSync(file)).toBe(false)
})

test('a program enrolls with --secret-out, and signs in with what that stored', async () => {
  const school = await openSchool()
  const [folder, state] = [freshFolder(), freshFolder()]
  const [secret, qr] = [join(folder, 'secret'), join(folder, 'qr.png')]
  const own = { ...env, LATCHKEY_HOME: state }
  const words = ['enroll', school.url, ...asAlice, '--secret-out', secret, '--qr', qr]
  const enrolled = await runPiped(words, { env: own })
  expect([enrolled.exitCode, enrolled.stderr]).toEqual([0, expect.stringContaining('Keep the recovery codes')])
  const phone = virtualAuthenticator(readFileSync(secret, 'utf8').trim())
  const { recovery_codes } = JSON.parse(enrolled.stdout) as { recovery_codes: readonly string[] }
  expect(recovery_codes.length).toBeGreaterThan(5)
  for (const text of [enrolled.stdout, enrolled.stderr]) expect(text).not.toContain(phone.secret)
  for (const file of [secret, qr]) expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(qr).subarray(1, 4).toString()).toBe('PNG')
  const [code = ''] = recovery_codes
  const login = await runPiped(['login', school.url, ...asAlice, '--code-env', 'CODE'], { env: { ...own, CODE: code } })
  expect(login.exitCode).toBe(0)
  // The confirmation used its step, and the file of steps knows that.
  const steps = JSON.parse(readFileSync(join(state, 'steps.json'), 'utf8')) as Record<string, number>
  expect(Object.values(steps)).toHaveLength(1)
})

test('a secret is never written over another one', async () => {
  const school = await openSchool()
  const file = join(freshFolder(), 'secret')
  writeFileSync(file, 'another', { mode: 0o600 })
  const { exitCode } = await runPiped(['enroll', school.url, ...asAlice, '--secret-out', file], { env })
  expect(exitCode).toBe(2)
  expect(readFileSync(file, 'utf8')).toBe('another')
  expect(await school.isEnrolled()).toBe(false)
})

test('a saved sign-in enrolls without a login', async () => {
  const school = await openSchool()
  const folder = freshFolder()
  const [saved, secret] = [join(folder, 'saved.json'), join(folder, 'secret')]
  expect((await runPiped(['login', school.url, ...asAlice, '--save', saved], { env })).exitCode).toBe(0)
  expect(statSync(saved).mode & 0o777).toBe(0o600)
  const enrolled = await runPiped(['enroll', school.url, '--session', saved, '--secret-out', secret])
  expect([enrolled.exitCode, await school.isEnrolled()]).toEqual([0, true])
})

test('a secret comes from standard input', async () => {
  const phone = virtualAuthenticator({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' })
  const before = phone.code(Date.now())
  const { stdout } = await runPiped(['code', '-', '--json'], { input: `\n${phone.secret}\n` })
  const { code } = JSON.parse(stdout) as { code: string }
  expect([before, phone.code(Date.now())]).toContain(code)
})

test('the command ends quietly if the reader of its output has left', async () => {
  expect(await runPiped(['--help'], { leaves: true })).toEqual({ exitCode: 0, stdout: '', stderr: '' })
})

test('the doctor fails if there is no server', async () => {
  const { exitCode, stdout } = await runPiped(['doctor', 'http://127.0.0.1:9/auth'])
  expect([exitCode, stdout]).toEqual([1, expect.stringContaining('network_error')])
})

test('a locked factor ends with exit code 5 and says how long', async () => {
  const school = await openSchool()
  const phone = await school.enrollPhone()
  const guess = () =>
    runPiped(['login', school.url, ...asAlice, '--code-env', 'CODE', '--json'], {
      env: { ...env, CODE: phone.wrongCode(Date.now()) },
    })
  let last = await guess()
  for (let tries = 0; tries < 6 && last.exitCode === 1; tries += 1) last = await guess()
  expect(last.exitCode).toBe(5)
  expect(errorIn(last.stderr)).toMatchObject({ code: 'too_many_attempts', retryAfterSeconds: expect.any(Number) })
})
