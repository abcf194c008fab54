import { describe, expect, test } from 'vitest'
import type { Framework } from '../framework.ts'
import { expectJson, expectProblem, openSetting } from '../setting.ts'

const refused: readonly ((own: string) => Record<string, string>)[] = [
  () => ({ Origin: 'https://evil.example' }),
  () => ({ Origin: 'null' }),
  () => ({ Origin: '' }),
  (own) => ({ Origin: `${own}.evil.example` }),
  (own) => ({ Origin: `${own}1` }),
  (own) => ({ Origin: own.replace(/:\d+$/, '') }),
  (own) => ({ Origin: own.replace('http:', 'https:') }),
  (own) => ({ Origin: `${own}/` }),
  (own) => ({ Origin: own.replace('127.0.0.1', 'localhost') }),
  () => ({ Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' }),
  () => ({ 'Sec-Fetch-Site': 'cross-site' }),
  () => ({ 'Sec-Fetch-Site': 'same-site' }),
  () => ({ 'Sec-Fetch-Site': 'SAME-ORIGIN' }),
  () => ({ Origin: 'https://evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' }),
  () => ({ Origin: 'http://evil.example', 'X-Forwarded-Host': 'evil.example' }),
]
const letIn: readonly ((own: string) => Record<string, string>)[] = [
  () => ({}),
  (own) => ({ Origin: own }),
  (own) => ({ Origin: own, 'Sec-Fetch-Site': 'cross-site' }),
  () => ({ 'Sec-Fetch-Site': 'same-origin' }),
  () => ({ 'Sec-Fetch-Site': 'none' }),
]

/** A page of another site must not change state; and which origin is the app's own, behind a proxy too. */
export function crossSiteCases(framework: Framework): void {
  test.each(refused.map((headers) => [headers('http://127.0.0.1:80'), headers] as const))(
    '%j is refused',
    async (_example, headers) => {
      const { url, client, login } = await openSetting(framework)
      await login(client)
      for (const [method, path] of stateChanges) {
        expectProblem(await client.send(method, path, { headers: headers(url) }), 403, 'cross_site_request')
      }
      expectJson(await client.get('/auth/mfa/status', { headers: headers(url) }))
    },
  )

  test.each(letIn.map((headers) => [headers('http://127.0.0.1:80'), headers] as const))(
    '%j is let in',
    async (_example, headers) => {
      const { url, client } = await openSetting(framework)
      const answer = await client.post('/auth/login', {}, { headers: headers(url) })
      expectProblem(answer, 401, 'invalid_credentials')
    },
  )

  test('allowedOrigins takes the place of the own origin', async () => {
    const mfa = { allowedOrigins: ['https://app.example'] }
    const { url, client } = await openSetting(framework, { mfa })
    const from = (origin: string) => client.post('/auth/login', {}, { headers: { Origin: origin } })
    expectProblem(await from('https://app.example'), 401, 'invalid_credentials')
    expectProblem(await from(url), 403, 'cross_site_request')
  })

  describe('behind a proxy', () => {
    proxyCases(framework)
  })
}

const stateChanges = [
  ['POST', '/auth/login'],
  ['POST', '/auth/mfa/verify'],
  ['POST', '/auth/mfa/totp/activate'],
  ['POST', '/auth/mfa/step-up'],
  ['PATCH', '/auth/mfa/authenticators/1'],
  ['DELETE', '/auth/mfa/authenticators/1'],
] as const

const forwarded = {
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'app.example:8443',
  'X-Forwarded-For': '203.0.113.9',
}

function proxyCases(framework: Framework): void {
  test.each([
    [true, 'https://app.example:8443', 401],
    [true, 'https://app.example', 403],
    [true, 'http://app.example:8443', 403],
    [false, 'https://app.example:8443', 403],
  ])('trusted: %s, %s gets %i', async (proxy, origin, status) => {
    const { client } = await openSetting(framework, { proxy })
    const headers = { ...forwarded, Origin: origin }
    expect((await client.post('/auth/login', {}, { headers })).status).toBe(status)
  })

  test('the host that a trusted proxy leaves alone counts with its port', async () => {
    const { client } = await openSetting(framework, { proxy: true })
    const headers = { 'X-Forwarded-Proto': 'https', Host: 'app.example:8443', Origin: 'https://app.example:8443' }
    expectProblem(await client.post('/auth/login', {}, { headers }), 401, 'invalid_credentials')
  })

  test.each([
    [true, '203.0.113.9'],
    [false, '127.0.0.1'],
  ])('trusted: %s, the limiter counts for %s', async (proxy, address) => {
    const asked: string[] = []
    const limiter = { consume: async (key: string) => asked.push(key) }
    const { client, login } = await openSetting(framework, { proxy, mfa: { limiter } })
    await client.post('/auth/login', {}, { headers: forwarded })
    await login(client)
    expect(asked[0]).toContain(address)
  })
}
