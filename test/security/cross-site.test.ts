/** The threat: another site's page makes the user's browser act. */
import type { HttpAnswer, RequestParts } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { crossSite, expectRefused, expectUnchanged, refusedRequest } from './refusal.ts'
import { describeOn, frameworkStacks } from './stacks.ts'
import { openStage, type Stage } from './stage.ts'

/** A request that would change something, if it came from the app's own page. */
interface Act {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Everything alice could do in her browser; each act would pass. */
async function actsOf({ alice, clock }: Stage): Promise<readonly Act[]> {
  const begun = await alice.begin()
  const code = alice.app.code(clock.now())
  const act = (name: string, method: string, path: string, body: object = {}): Act => ({
    ...{ name, method, path: `/auth${path}` },
    body: { ...body },
  })
  const authenticator = `/mfa/authenticators/${alice.authenticatorId}`
  return [
    act('login', 'POST', '/login', { username: 'alice', password: alice.password, code }),
    act('verify', 'POST', '/mfa/verify', { ephemeral_token: await alice.challenge(), code }),
    act('confirm', 'POST', '/mfa/totp/activate', {
      activation_token: begun.activationToken,
      code: begun.app.code(clock.now()),
    }),
    act('qr', 'POST', '/mfa/totp/qr', { activation_token: begun.activationToken }),
    act('step-up', 'POST', '/mfa/step-up', { code }),
    act('regenerate', 'POST', '/mfa/recovery-codes/regenerate'),
    act('rename', 'PATCH', authenticator, { name: 'mine' }),
    act('remove', 'DELETE', authenticator),
    act('deactivate', 'POST', '/mfa/totp/deactivate', { code }),
  ]
}

function send(
  { alice }: Stage,
  { method, path, body }: Act,
  headers: RequestParts['headers'] = {},
): Promise<HttpAnswer> {
  return alice.browser.send(method, path, { json: body, headers })
}

/** What a browser says of a request that another site's page made. */
function foreign(url: string): readonly Readonly<Record<string, string>>[] {
  const { host, port } = new URL(url)
  const origins = [
    ...[
      'https://evil.example',
      'null',
      '',
      `https://${host}`,
      `http://127.0.0.1:${Number(port) + 1}`,
      'http://127.0.0.1',
    ],
    ...[`http://${host}.evil.example`, `http://evil-${host}`, `http://${host}@evil.example`, `${url}/`, `${url}/login`],
    ...[
      `http://localhost:${port}`,
      `http://[::1]:${port}`,
      `${url}, https://evil.example`,
      ` ${url}.`,
      host,
      '*',
      'file://',
    ],
    ...[
      `http://2130706433:${port}`,
      `http://127.1:${port}`,
      `http://127.0.0.1.:${port}`,
      `https://evil.example#${url}`,
    ],
  ]
  return [
    ...origins.map((Origin) => ({ Origin })),
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': '' },
    { 'Sec-Fetch-Site': 'Same-Origin' },
    { 'Sec-Fetch-Site': 'none, cross-site' },
    { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' },
    { Origin: 'null', 'Sec-Fetch-Site': 'none' },
    { Origin: 'https://evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' },
    { Origin: 'http://evil.example', 'X-Forwarded-Host': 'evil.example' },
    { Origin: 'https://evil.example', Forwarded: 'host=evil.example;proto=https' },
    { Origin: 'https://evil.example', 'X-Original-Host': 'evil.example', Referer: `${url}/` },
  ]
}

describeOn(frameworkStacks, (stack) => {
  test('a foreign origin, a null one, a look-alike: refused at every act', async () => {
    const stage = await openStage(stack)
    await stage.alice.enroll()
    const acts = await actsOf(stage)
    const [login, , , , stepUp] = acts as readonly Act[] as readonly [Act, Act, Act, Act, Act]
    for (const headers of foreign(stage.url)) {
      for (const act of [login, stepUp]) await expectRefused(stage, crossSite, () => send(stage, act, headers))
    }
    for (const act of acts) {
      for (const headers of [
        { Origin: 'https://evil.example' },
        { Origin: 'null' },
        { 'Sec-Fetch-Site': 'cross-site' },
      ]) {
        await expectRefused(stage, crossSite, () => send(stage, act, headers))
      }
    }
  })

  test("each of these acts passes from the app's own page", async () => {
    for (const name of (await actsOf(await enrolled(stack))).map((act) => act.name)) {
      const stage = await enrolled(stack)
      const act = (await actsOf(stage)).find((one) => one.name === name) as Act
      const headers = { Origin: stage.url, 'Sec-Fetch-Site': 'same-origin' }
      expect({ name, status: (await send(stage, act, headers)).status }).toEqual({
        name,
        status: name === 'remove' ? 204 : 200,
      })
    }
  })

  test('origins that the app lists, and what looks like them', async () => {
    const allowedOrigins = ['https://app.example', 'https://www.app.example:8443']
    const stage = await openStage(stack, { mfa: { allowedOrigins } })
    const { alice } = stage
    const act: Act = {
      ...{ name: 'login', method: 'POST', path: '/auth/login' },
      body: { username: 'alice', password: alice.password },
    }
    const lookAlikes = [
      ...[
        'https://app.example.evil.example',
        'https://evil-app.example',
        'https://app.example:443',
        'https://app.example:8443',
      ],
      ...[
        'http://app.example',
        'https://APP.example',
        'https://app.example/',
        'https://xn--pp-7ia.example',
        'https://аpp.example',
      ],
      ...[
        'https://app.example ,https://app.example',
        'https://app.example%00.evil.example',
        'https://www.app.example',
        stage.url,
      ],
      ...[
        'https://app.example@evil.example',
        'https://app.example\\.evil.example',
        'https://evil.example?https://app.example',
      ],
    ]
    for (const origin of lookAlikes) {
      const Origin = Buffer.from(origin).toString('latin1')
      await expectRefused(stage, crossSite, () => send(stage, act, { Origin }))
    }
    for (const Origin of allowedOrigins) {
      expect(await send(stage, act, { Origin, 'Sec-Fetch-Site': 'cross-site' })).toMatchObject({ status: 200 })
    }
  })

  test('a form, and text that looks like JSON, from a browser that tells nothing', async () => {
    const stage = await openStage(stack)
    await stage.alice.enroll()
    const wrongType = refusedRequest(415, 'unsupported_media_type')
    const acts = (await actsOf(stage)).filter(({ method }) => method !== 'DELETE')
    for (const { method, path, body } of acts) {
      const text = JSON.stringify(body)
      const form = new URLSearchParams(body as Record<string, string>).toString()
      const sent: readonly RequestParts[] = [
        { body: text, headers: { 'Content-Type': 'text/plain' } },
        { body: `${text}=`, headers: { 'Content-Type': 'text/plain;charset=utf-8' } },
        { body: form || 'x=1', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
        { body: text, headers: { 'Content-Type': 'multipart/form-data; boundary=x' } },
        { body: text },
      ]
      for (const one of sent) await expectRefused(stage, wrongType, () => stage.alice.browser.send(method, path, one))
    }
  })

  test('GET, HEAD and OPTIONS change nothing', async () => {
    const stage = await openStage(stack)
    await stage.alice.enroll()
    const acts = await actsOf(stage)
    const pages = [
      '/auth/mfa/status',
      '/auth/mfa/recovery-codes',
      '/auth/mfa/authenticators',
      '/auth/mfa/totp/activate',
    ]
    const before = await stage.records()
    stage.storage.reset()
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      for (const { path, body } of [...acts, ...pages.map((page) => ({ path: page, body: {} }))]) {
        const query = new URLSearchParams(body as Record<string, string>).toString()
        const headers = { Origin: 'https://evil.example', 'X-HTTP-Method-Override': 'POST' }
        const override = `${path}?${query}&_method=POST`
        const answer = await expectUnchanged(stage, () => stage.alice.browser.send(method, override, { headers }))
        expect(answer.headers['access-control-allow-origin']).toBeUndefined()
        if (method !== 'GET') expect({ path, method, status: answer.status }).toEqual({ path, method, status: 405 })
      }
    }
    expect(stage.storage.calls).toMatchObject({ put: 0, delete: 0 })
    expect(await stage.records()).toEqual(before)
  })
})

async function enrolled(stack: Parameters<typeof openStage>[0]): Promise<Stage> {
  const stage = await openStage(stack)
  await stage.alice.enroll()
  return stage
}
