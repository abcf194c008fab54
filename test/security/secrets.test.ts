/** The threat: a secret that somebody reads who has the logs, the events, the errors, the rows or another answer. */
import type { MfaEvent, User } from '@latchkey/core'
import { type HttpAnswer, virtualAuthenticator } from '@latchkey/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Place } from '../storages/place.ts'
import { secret } from './accounts.ts'
import { type Canaries, createCanaries, type Kind, toldBy } from './canaries.ts'
import { doors } from './doors.ts'
import { startProcesses } from './process/start.ts'
import { rawRows } from './raw-rows.ts'
import { describeOn, sqliteStack, stacks } from './stacks.ts'
import { openStage, type Stage } from './stage.ts'

const stamp = 'the-stamp-of-alice-is-her-password-hash'

/** Notes all that is written to the console and to the process's own streams. */
function listenToLogs(): () => string {
  let text = ''
  const note = (...said: readonly unknown[]) => {
    text += said.map(toldBy).join(' ')
    return true
  }
  const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const
  const spies = [
    ...methods.map((method) => vi.spyOn(console, method).mockImplementation(note)),
    vi.spyOn(process.stdout, 'write').mockImplementation(note),
    vi.spyOn(process.stderr, 'write').mockImplementation(note),
    vi.spyOn(process, 'emitWarning').mockImplementation(note),
  ]
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore()
  })
  return () => text
}

/** A stage where every answer is looked through as it comes, and every secret is noted as it is made. */
async function openWatched(stack: Parameters<typeof openStage>[0]) {
  const canaries = createCanaries()
  const stage = await openStage(stack, { confirmsPassword: true })
  canaries.add('app secret', secret)
  canaries.add('stamp', stamp)
  canaries.add('password', stage.alice.password)
  stage.accounts.set('alice', { id: 'alice', name: 'alice', stamp })
  let last = 0
  const see = async (asked: Promise<HttpAnswer>, allowed: readonly Kind[] = []): Promise<Record<string, never>> => {
    const { status, headers, text } = await asked
    last += 1
    canaries.expectNone(`answer ${last}: ${status}`, text + JSON.stringify(headers), allowed)
    return text.startsWith('{') ? (JSON.parse(text) as Record<string, never>) : {}
  }
  return { stage, canaries, see }
}

type Watched = Awaited<ReturnType<typeof openWatched>>

/** Signs alice in, enrolls her, and notes the secrets that are handed out on the way. */
async function enrollWatched({ stage, canaries, see }: Watched) {
  const { alice, clock } = stage
  await see(alice.login(alice.browser))
  const begun = await see(alice.browser.get('/auth/mfa/totp/activate'), ['TOTP secret', 'token'])
  canaries.add('TOTP secret', begun['secret'] as never)
  canaries.add('token', begun['activation_token'] as never)
  const app = virtualAuthenticator(begun['totp_url'] as never)
  const codeNow = () => {
    const code = app.code(clock.advance(30))
    canaries.add('code', code)
    return code
  }
  const body = { activation_token: begun['activation_token'], code: codeNow() }
  await see(alice.browser.post('/auth/mfa/totp/qr', body))
  await see(alice.browser.post('/auth/mfa/totp/activate', { ...body, code: app.wrongCode(clock.now()) }))
  const confirmed = await see(alice.browser.post('/auth/mfa/totp/activate', body), ['recovery code'])
  const codes = confirmed['recovery_codes'] as unknown as string[]
  canaries.add('recovery code', ...codes)
  await see(alice.browser.post('/auth/mfa/totp/activate', body))
  return { app, codes, codeNow }
}

/** Goes through every flow, its successes and its refusals. */
async function everyFlow(watched: Watched): Promise<void> {
  const { stage, canaries, see } = watched
  const { alice, clock } = stage
  const { app, codes, codeNow } = await enrollWatched(watched)
  const wrong = app.wrongCode(clock.now())
  canaries.add('code', wrong)
  const token = (await see(alice.login(), ['token']))['ephemeral_token'] as unknown as string
  canaries.add('token', token)
  const code = codeNow()
  for (const guess of [wrong, code, code, codes[0], 'x'.repeat(300), Number(code)])
    await see(alice.verify(token, guess))
  await see(alice.login(undefined, { code: codes[1] }))
  await see(alice.login(undefined, { code: codes[1] }))
  await see(alice.login(undefined, { password: 'wrong', code: codeNow() }))
  await see(alice.browser.post('/auth/mfa/step-up', { code: codeNow() }))
  for (const page of ['status', 'authenticators']) await see(alice.browser.get(`/auth/mfa/${page}`))
  await see(alice.browser.get('/auth/mfa/recovery-codes'), ['recovery code'])
  const regenerated = await see(alice.browser.post('/auth/mfa/recovery-codes/regenerate', {}), ['recovery code'])
  const renewed = regenerated['codes'] as unknown as string[]
  canaries.add('recovery code', ...renewed)
  await see(alice.browser.send('PATCH', '/auth/mfa/authenticators/x', { json: { name: token } }))
  await see(
    alice.browser.send('POST', '/auth/mfa/step-up', {
      body: `{"code":"${codeNow()}"`,
      headers: { 'Content-Type': 'application/json' },
    }),
  )
  stage.storage.inject('put', 'throw_before')
  await see(alice.login(undefined, { code: codeNow() }))
  stage.sessions.failures = 1
  await see(alice.login(undefined, { code: codeNow() }))
  stage.sessions.failures = 0
  await see(alice.browser.post('/auth/mfa/totp/deactivate', { code: renewed[0], password: 'wrong' }))
  for (let time = 0; time < 6; time += 1) await see(alice.login(undefined, { code: wrong }))
  canaries.expectNone('the rows', JSON.stringify(await rowsOf(stage)))
  await see(alice.browser.post('/auth/mfa/totp/deactivate', { code: renewed[0], password: alice.password }))
}

async function rowsOf({ open }: Stage): Promise<readonly unknown[]> {
  const rows: unknown[] = []
  for await (const userId of open.storage.userIds()) rows.push(userId, await open.storage.get(userId))
  return rows
}

describeOn(stacks, (stack) => {
  test('no secret in any log, event, row or session, nor in any answer but the one that hands it out', async () => {
    const logs = listenToLogs()
    const watched = await openWatched(stack)
    const { stage, canaries } = watched
    await everyFlow(watched)
    const events: readonly MfaEvent[] = stage.events
    expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(9)
    expect(events.filter(({ result }) => result === 'failure').length).toBeGreaterThan(15)
    canaries.expectNone('the events', events.map(toldBy).join())
    canaries.expectNone('the sessions', JSON.stringify(stage.sessions.ids.map((id) => stage.sessions.read(id))))
    canaries.expectNone('the logs', logs())
    canaries.expectNone('the instance', toldBy(stage.mfa))
    if (stack.kind === 'memory') return
    const rows = await rawRows(stage.open.place as Place)
    expect(rows).toContain('alice')
    canaries.expectNone('the rows as they lie', rows)
  })
})

test('no secret in any error that the core throws, nor in what it carries', async () => {
  const { stage, canaries } = await openWatched(sqliteStack)
  const { app, codes } = await enrollWatched({ stage, canaries, see: seeing(canaries) })
  const alice: User = { id: 'alice', name: 'alice', stamp }
  const code = app.code(stage.clock.advance(30))
  const challenge = await stage.mfa.challenge(alice)
  if (challenge.kind !== 'challenge') throw new Error('alice has no second factor')
  const token = challenge.ephemeralToken
  canaries.add('token', token)
  canaries.add('code', code, '000000')
  await stage.mfa.verify(token, { code })
  const { mfa } = stage
  const acts: readonly (() => Promise<unknown>)[] = [
    () => mfa.verify(token, { code }),
    () => mfa.verify(`${token}x`, { code }),
    () => mfa.challenge(alice, { code: '000000' }),
    () => mfa.challenge(alice, { code }),
    () => mfa.challenge(alice, { code: `${codes[0]}${token}` }),
    () => mfa.stepUp(alice, { code: '000000' }),
    () => mfa.deactivate('totp', alice, { code: '000000' }),
    () => mfa.confirm('totp', alice, { activationToken: token, code }),
    () => mfa.confirm('totp', alice, { activationToken: token, code, name: `${code}\n` }),
    () => mfa.regenerateRecoveryCodes('alice', { provedAt: 1 }),
    () => mfa.import('alice', { totpSecret: `${app.secret}1` }),
    () => mfa.import('alice', { totpSecret: app.secret, digits: 99 }),
    () =>
      mfa.import('alice', {
        totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        recoveryCodes: [...codes, codes[0] as string],
      }),
    async () => {
      stage.storage.inject('put', 'throw_before')
      return mfa.challenge(alice, { code: codes[0] })
    },
    async () => {
      const row = await stage.open.storage.get('alice')
      await stage.open.storage.delete('alice', row?.revision ?? '')
      await stage.open.storage.put('alice', { ...row, sealed: '1.x.y' } as never, null)
      return mfa.challenge(alice, { code: codes[0] })
    },
  ]
  for (const [index, act] of acts.entries()) {
    const error: unknown = await act().then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect({ index, error }).toEqual({ index, error: expect.any(Error) })
    canaries.expectNone(`error ${index}`, toldBy(error))
  }
  canaries.expectNone('the events', stage.events.map(toldBy).join())
})

function seeing(canaries: Canaries): Watched['see'] {
  return async (asked) => {
    const { text } = await asked
    expect(canaries).toBeDefined()
    return text.startsWith('{') ? (JSON.parse(text) as Record<string, never>) : {}
  }
}

test.each(['bare Express', 'bare Koa'] as const)(
  'no secret in what %s prints of errors by itself, with every debug switch on',
  async (framework) => {
    const stage = await openStage(sqliteStack)
    const canaries = createCanaries()
    const alice = await stage.alice.enroll()
    canaries.add('app secret', secret)
    canaries.add('password', alice.password)
    canaries.add('TOTP secret', alice.app.secret)
    canaries.add('recovery code', ...alice.codes)
    const [app] = await startProcesses({
      ...{ open: stage.open, nowMs: stage.clock.now() + 30_000, frameworks: [framework] },
      env: { DEBUG: '*', NODE_DEBUG: 'timer,stream', NODE_ENV: 'development' },
    })
    if (app === undefined) throw new Error('no process was started')
    const there = alice.at(app.client)
    const token = await there.challenge()
    const code = there.newCode()
    canaries.add('token', token)
    canaries.add('code', code, alice.wrongCode())
    await there.verify(token, alice.wrongCode())
    await app.tell('failPut')
    expect(await there.verify(token, code)).toMatchObject({ status: 503 })
    expect(await there.verify(token, code)).toMatchObject({ status: 500 })
    expect(await there.login(undefined, { code: alice.codes[0] })).toMatchObject({ status: 500 })
    await there.verify('{', alice.codes[1])
    for (const { open } of doors) await (await open(there))(alice.wrongCode())
    await app.end()
    const said = app.said()
    expect(said).toContain('the app is broken')
    expect(said).toContain('faultyStorage: put was told to throw')
    canaries.expectNone('what was printed', said)
  },
)
