/**
 * The rule guarded here: at a terminal a person signs in and enrolls by keys alone, what is secret is never shown, and the
 * terminal is as before when the command ends. Each case is a real process below a real pseudo-terminal.
 */
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openSchool, password, propositions, question, rightAnswer } from './open-school.ts'
import { readQrRows } from './read-qr-rows.ts'
import { freshFolder, hasTerminal, keys, openTerminal, runPiped, type Terminal } from './terminal.ts'

// For processes on cores that may be busy with other tests.
vi.setConfig({ testTimeout: 30_000 })

const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`)
const [showCursor, hideCursor] = ['\u001b[?25h', '\u001b[?25l']

async function answer(terminal: Terminal, prompt: string, text: string): Promise<void> {
  await terminal.until(prompt)
  terminal.type(`${text}${keys.enter}`)
}

async function givePassword(terminal: Terminal): Promise<void> {
  await answer(terminal, 'User name', 'alice')
  await answer(terminal, 'Password', password)
}

/** The JSON that was printed last. */
function printed(terminal: Terminal): Record<string, unknown> {
  const line = terminal
    .screen()
    .split('\n')
    .findLast((one) => one.startsWith('{'))
  return JSON.parse(line ?? 'null') as Record<string, unknown>
}

describe.skipIf(!hasTerminal())('at a terminal', () => {
  test('arrow keys choose the right proposition, and log in', async () => {
    const school = await openSchool()
    await school.enrollQuestions()
    const terminal = await openTerminal(['login', school.url])
    await givePassword(terminal)
    await terminal.until(question)
    terminal.type(keys.down.repeat(propositions.indexOf(rightAnswer)) + keys.enter)
    expect(await terminal.exitCode).toBe(0)
    expect(printed(terminal)).toMatchObject({
      answer: { user: { name: 'alice' } },
      cookies: [{ name: 'connect.sid' }],
    })
  })

  test('a wrong code asks again, and the right one signs in; neither is shown, and the password is not', async () => {
    const school = await openSchool()
    const phone = await school.enrollPhone()
    const terminal = await openTerminal(['login', school.url])
    await givePassword(terminal)
    const wrong = phone.wrongCode(Date.now())
    await answer(terminal, 'Code of your authenticator app', wrong)
    await terminal.until('Tries left: 2')
    const right = phone.code(Date.now())
    await answer(terminal, 'Code of your authenticator app', right)
    expect(await terminal.exitCode).toBe(0)
    for (const hidden of [wrong, right, password]) expect(terminal.raw()).not.toContain(hidden)
  })

  test('a question without propositions takes any text, and --answers remembers what was right', async () => {
    const school = await openSchool({ offers: [] })
    await school.enrollQuestions()
    const file = join(freshFolder(), 'answers.json')
    const terminal = await openTerminal(['login', school.url, '--answers', file])
    await givePassword(terminal)
    await answer(terminal, question, rightAnswer)
    expect(await terminal.exitCode).toBe(0)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ [question]: [rightAnswer] })
  })

  test('a recovery code can be given instead of an answer', async () => {
    const school = await openSchool()
    const [code = ''] = await school.enrollQuestions()
    const terminal = await openTerminal(['login', school.url])
    await givePassword(terminal)
    await terminal.until('Give a code instead')
    terminal.type(keys.down.repeat(propositions.length) + keys.enter)
    await answer(terminal, 'recovery code', code)
    expect(await terminal.exitCode).toBe(0)
    expect(terminal.raw()).not.toContain(code)
  })

  test('a login that waits is taken up by a person, who may be wrong once', async () => {
    const school = await openSchool()
    const phone = await school.enrollPhone()
    const file = join(freshFolder(), 'pending.json')
    const env = { LATCHKEY_PASSWORD: password }
    await runPiped(['login', school.url, '--username', 'alice', '--pending', file], { env })
    const terminal = await openTerminal(['login', school.url, '--resume', file])
    await answer(terminal, 'Code of your authenticator app', phone.wrongCode(Date.now()))
    await terminal.until('Tries left: 2')
    await answer(terminal, 'Code of your authenticator app', phone.code(Date.now()))
    expect(await terminal.exitCode).toBe(0)
    expect(existsSync(file)).toBe(false)
  })

  test('enroll takes an address instead of an app', async () => {
    const school = await openSchool()
    const words = ['enroll', school.url, '--method', 'one_time_code', '--to', 'alice@app.example', '--name', 'Mail']
    const terminal = await openTerminal(words)
    await givePassword(terminal)
    await terminal.until('Code that was sent to a')
    const [code = ''] = /\b\d{6,8}\b/.exec(school.mails.at(-1) ?? '') ?? []
    terminal.type(`${code}${keys.enter}`)
    expect(await terminal.exitCode).toBe(0)
    expect(terminal.screen()).toContain('Set up: Mail')
    expect(await school.isEnrolled()).toBe(true)
  })

  test.each([
    ['Ctrl-C', keys.ctrlC],
    ['the end of input', keys.ctrlD],
  ])('%s at a prompt ends with 130 and gives the terminal back', async (_name, key) => {
    const school = await openSchool()
    const script = `$LATCHKEY login ${school.url}; echo "exit=$?"; stty -a`
    const terminal = await openTerminal([], { script })
    await answer(terminal, 'User name', 'alice')
    await terminal.until('Password')
    terminal.type(key)
    await terminal.until('exit=130')
    await terminal.exitCode
    const state = terminal.screen().slice(terminal.screen().indexOf('exit='))
    expect(state).toMatch(/ echo\b/)
    expect(state).toMatch(/(^|\s)icanon\b/)
    expect(terminal.raw().lastIndexOf(showCursor)).toBeGreaterThan(terminal.raw().lastIndexOf(hideCursor))
  })

  test('SIGTERM at a prompt gives the terminal back too', async () => {
    const [school, file] = [await openSchool(), join(freshFolder(), 'pid')]
    const script = `sh -c 'echo $$ > ${file}; exec '"$LATCHKEY"' login ${school.url}'; echo "exit=$?"; stty -a`
    const terminal = await openTerminal([], { script })
    await terminal.until('User name')
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGTERM')
    await terminal.until('exit=143')
    await terminal.exitCode
    expect(terminal.screen().slice(terminal.screen().indexOf('exit='))).toMatch(/ echo\b/)
    expect(terminal.raw().lastIndexOf(showCursor)).toBeGreaterThan(terminal.raw().lastIndexOf(hideCursor))
  })

  test('a person is asked although standard output goes to a file, which gets only the JSON', async () => {
    const [school, file] = [await openSchool(), join(freshFolder(), 'session.json')]
    await school.enrollQuestions()
    const terminal = await openTerminal([], { script: `$LATCHKEY login ${school.url} > ${file}` })
    await givePassword(terminal)
    await terminal.until(question)
    terminal.type(keys.down.repeat(propositions.indexOf(rightAnswer)) + keys.enter)
    expect(await terminal.exitCode).toBe(0)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ answer: { user: { name: 'alice' } } })
    expect(terminal.screen()).not.toContain('connect.sid')
  })

  test('Ctrl-C ends what waits for a time step', async () => {
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    const script =
      'trap : INT; $LATCHKEY code --fresh --period 300; $LATCHKEY code --fresh --period 300; echo "exit=$?"'
    const terminal = await openTerminal([], { script, env: { LATCHKEY_TOTP_SECRET: secret } })
    await terminal.until('Waiting')
    terminal.type(keys.ctrlC)
    await terminal.until('exit=130')
    expect(terminal.raw()).not.toContain(secret)
  })

  test('Ctrl-C ends what waits for the server', async () => {
    const server = createServer()
    const asked = once(server, 'request')
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth`
    const script = `trap : INT; $LATCHKEY login ${url}; echo "exit=$?"`
    const terminal = await openTerminal([], { script })
    await givePassword(terminal)
    await asked
    terminal.type(keys.ctrlC)
    await terminal.until('exit=130')
    expect(await terminal.exitCode).toBe(0)
  })

  test('a secret that is typed for `code -` is not shown', async () => {
    const phone = virtualAuthenticator({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' })
    const terminal = await openTerminal(['code', '-'])
    await answer(terminal, 'TOTP secret', phone.secret)
    expect(await terminal.exitCode).toBe(0)
    const codes = [phone.code(Date.now()), phone.codeAt(phone.step(Date.now()) - 1)]
    expect(codes.some((code) => terminal.screen().includes(code))).toBe(true)
    expect(terminal.raw()).not.toContain(phone.secret)
  })

  test('--watch keeps one line up to date until Ctrl-C', async () => {
    const phone = virtualAuthenticator({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' })
    const terminal = await openTerminal(['code', '--watch'], { env: { LATCHKEY_TOTP_SECRET: phone.secret } })
    const codes = [phone.code(Date.now()), phone.codeAt(phone.step(Date.now()) + 1)]
    await terminal.until(' s')
    expect(codes.some((code) => terminal.screen().includes(code))).toBe(true)
    terminal.type(keys.ctrlC)
    expect(await terminal.exitCode).toBe(130)
  })

  test.each([
    ['with colours, black on white', {}, true],
    ['without, for a dark terminal', { NO_COLOR: '1' }, false],
  ])('enroll draws a QR code that a reader reads: %s', async (_name, env, hasColour) => {
    const school = await openSchool()
    const terminal = await openTerminal(['enroll', school.url], { env })
    await givePassword(terminal)
    await terminal.until('Code that the app shows')
    expect(colours.test(terminal.raw())).toBe(hasColour)
    const phone = virtualAuthenticator(readQrRows(terminal.screen(), hasColour))
    expect(terminal.screen().replaceAll(' ', '')).toContain(`Secret:${phone.secret}`)
    terminal.type(`${phone.wrongCode(Date.now())}${keys.enter}`)
    await terminal.until('That was wrong')
    await answer(terminal, 'Code that the app shows', phone.code(Date.now()))
    expect(await terminal.exitCode).toBe(0)
    expect(await school.isEnrolled()).toBe(true)
    expect(terminal.screen()).toMatch(/Recovery codes:(\s+[\w-]{8,}){8,}/)
  })

  test('an account that must enroll is told so, and enroll lets it in', async () => {
    const school = await openSchool({ demands: true })
    const refused = await openTerminal(['login', school.url])
    await givePassword(refused)
    expect(await refused.exitCode).toBe(6)
    expect(refused.screen()).toContain('latchkey enroll')
    const terminal = await openTerminal(['enroll', school.url])
    await givePassword(terminal)
    await terminal.until('Code that the app shows')
    const phone = virtualAuthenticator(readQrRows(terminal.screen(), true))
    terminal.type(`${phone.code(Date.now())}${keys.enter}`)
    expect(await terminal.exitCode).toBe(0)
    expect(await school.isEnrolled()).toBe(true)
  })

  test('a passphrase is asked twice, and what differs changes nothing', async () => {
    const file = join(freshFolder(), 'answers.json')
    writeFileSync(file, '{ "Where?": ["here"] }')
    const encrypt = async (...typed: readonly string[]) => {
      const terminal = await openTerminal(['answers', 'encrypt', file])
      await answer(terminal, 'New passphrase', typed[0] ?? '')
      await answer(terminal, 'The same again', typed[1] ?? '')
      return terminal.exitCode
    }
    expect(await encrypt('long enough 1', 'long enough 2')).toBe(1)
    expect(readFileSync(file, 'utf8')).toContain('here')
    expect(await encrypt('long enough 1', 'long enough 1')).toBe(0)
    expect(readFileSync(file, 'utf8')).not.toContain('here')
    const list = await openTerminal(['answers', 'list', file, '--show'])
    await answer(list, 'Passphrase of the answers', 'long enough 1')
    expect(await list.exitCode).toBe(0)
    expect(list.screen()).toContain('here')
    expect(list.screen()).not.toContain('long enough')
  })

  test.each([{ CI: 'true' }, { CI: '1' }])('with %o nothing is asked, although there is a terminal', async (env) => {
    const school = await openSchool()
    await school.enrollPhone()
    const terminal = await openTerminal(['login', school.url, '--username', 'alice'], {
      env: { ...env, LATCHKEY_PASSWORD: password },
    })
    expect(await terminal.exitCode).toBe(3)
    expect(terminal.screen()).toContain('mfa_required')
  })
})
