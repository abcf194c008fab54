import assert from 'node:assert/strict'
import { readJson, readProblem } from '../answers.ts'
import { type AdapterRule, within } from '../rule.ts'

type Headers = (own: string) => Record<string, string>

const refused: readonly Headers[] = [
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
const letIn: readonly Headers[] = [
  () => ({}),
  (own) => ({ Origin: own }),
  (own) => ({ Origin: own, 'Sec-Fetch-Site': 'cross-site' }),
  () => ({ 'Sec-Fetch-Site': 'same-origin' }),
  () => ({ 'Sec-Fetch-Site': 'none' }),
]
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

/** A page of another site must not change state; and which origin is the app's own, behind a proxy too. */
export const crossSiteRules: readonly AdapterRule[] = [
  ...refused.map(
    (headers): AdapterRule => ({
      name: `${exampleOf(headers)} is refused`,
      async check(open) {
        const { url, client, login } = await open()
        await login(client)
        for (const [method, path] of stateChanges) {
          readProblem(await client.send(method, path, { headers: headers(url) }), 403, 'cross_site_request')
        }
        readJson(await client.get('/auth/mfa/status', { headers: headers(url) }))
      },
    }),
  ),
  ...letIn.map(
    (headers): AdapterRule => ({
      name: `${exampleOf(headers)} is let in`,
      async check(open) {
        const { url, client } = await open()
        const answer = await client.post('/auth/login', {}, { headers: headers(url) })
        readProblem(answer, 401, 'invalid_credentials')
      },
    }),
  ),
  {
    name: 'allowedOrigins takes the place of the own origin',
    async check(open) {
      const { url, client } = await open({ mfa: { allowedOrigins: ['https://app.example'] } })
      const from = (origin: string) => client.post('/auth/login', {}, { headers: { Origin: origin } })
      readProblem(await from('https://app.example'), 401, 'invalid_credentials')
      readProblem(await from(url), 403, 'cross_site_request')
    },
  },
  ...within('behind a proxy', proxyRules()),
]

function exampleOf(headers: Headers): string {
  return JSON.stringify(headers('http://127.0.0.1:80'))
}

function proxyRules(): readonly AdapterRule[] {
  const origins = [
    [true, 'https://app.example:8443', 401],
    [true, 'https://app.example', 403],
    [true, 'http://app.example:8443', 403],
    [false, 'https://app.example:8443', 403],
  ] as const
  const addresses = [
    [true, '203.0.113.9'],
    [false, '127.0.0.1'],
  ] as const
  return [
    ...origins.map(
      ([proxy, origin, status]): AdapterRule => ({
        name: `trusted: ${proxy}, ${origin} gets ${status}`,
        async check(open) {
          const { client } = await open({ proxy })
          const answer = await client.post('/auth/login', {}, { headers: { ...forwarded, Origin: origin } })
          assert.equal(answer.status, status)
        },
      }),
    ),
    {
      name: 'the host that a trusted proxy leaves alone counts with its port',
      async check(open) {
        const { client } = await open({ proxy: true })
        const headers = { 'X-Forwarded-Proto': 'https', Host: 'app.example:8443', Origin: 'https://app.example:8443' }
        readProblem(await client.post('/auth/login', {}, { headers }), 401, 'invalid_credentials')
      },
    },
    ...addresses.map(
      ([proxy, address]): AdapterRule => ({
        name: `trusted: ${proxy}, the limiter counts for ${address}`,
        async check(open) {
          const asked: string[] = []
          const limiter = { consume: async (key: string) => asked.push(key) }
          const { client, login } = await open({ proxy, mfa: { limiter } })
          await client.post('/auth/login', {}, { headers: forwarded })
          await login(client)
          assert.ok(asked[0]?.includes(address), `it counted for ${asked[0]}`)
        },
      }),
    ),
  ]
}
