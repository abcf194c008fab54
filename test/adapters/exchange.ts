import {
  createMfa,
  defineFactor,
  type Factor,
  type Handler,
  type JsonObject,
  type Mfa,
  type MfaRequest,
  type MfaResponse,
  memoryStorage,
  optionalText,
} from '@latchkey/core'
import { type HttpClient, httpClient, sessionRows } from '@latchkey/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Framework, Setup } from './framework.ts'

/** What Latchkey's own routes do not show: cookies of an answer, and all of the request that a factor or a host may get. */
export function testExchange(framework: Framework): void {
  describe(`on ${framework.name}`, () => {
    test("the cookies of an answer are sent beside the app's own, each to the letter", async () => {
      const client = await open(framework, { mfa: mfaOf(cookieGiver), marks: true })
      const { headers, text } = await client.get('/auth/mfa/cookies')
      const [own, ...lines] = headers['set-cookie'] ?? []
      expect({ own, text, type: headers['content-type'] }).toEqual({
        own: expect.stringMatching(/^app=1;/),
        text: '"given"',
        type: 'application/json',
      })
      expect(lines.slice(0, cookies.length)).toEqual(cookies)
      expect(lines.slice(cookies.length)).toContainEqual(expect.stringMatching(sessionCookie))
    })

    test("an answer without cookies leaves the app's own alone", async () => {
      const client = await open(framework, { mfa: mfaOf(cookieGiver), marks: true })
      const { status, headers } = await client.get('/auth/mfa/status')
      const [own, ...lines] = headers['set-cookie'] ?? []
      expect({ status, own }).toEqual({ status: 401, own: expect.stringMatching(/^app=1;/) })
      expect(lines.filter((line) => !sessionCookie.test(line))).toEqual([])
    })

    test.each([
      '/auth/login?next=%2F',
      '/auth/mfa/authenticators/a%20b',
      '/auth/a//b/?q=%C3%A4&q=2&r',
      '/auth?x',
      '/auth/?x=/y',
      '/guarded/default?next=/auth',
    ])('%s is handed over as the browser asked for it', async (target) => {
      const seen: MfaRequest[] = []
      const client = await open(framework, { mfa: standIn(async (request) => void seen.push(request)) })
      await client.get(target)
      expect(seen.map((request) => request.target)).toEqual([target])
    })

    test.each([
      ['unread', '{"a":1}'],
      ['parsed', null],
      ['buffer', null],
      ['consumed', null],
    ] as const)('a body that is %s is handed over as %j', async (body, expected) => {
      const seen: (string | null)[] = []
      const mfa = standIn(async (request) => {
        seen.push(request.body && (await textOf(request.body)))
      })
      const client = await open(framework, { mfa, body })
      await client.post('/auth/login', { a: 1 })
      expect(seen).toEqual([expected])
    })
  })
}

const sessionCookie = /^(?:connect\.sid|koa\.sess(?:\.sig)?)=/
const cookies = ['a=1; Path=/auth; HttpOnly; SameSite=Strict', 'b=2; Max-Age=60']
const alice = { id: '1', name: 'alice' }

async function open(framework: Framework, setup: Pick<Setup, 'mfa'> & Partial<Setup>): Promise<HttpClient> {
  const app = { findUser: () => alice, checkCredentials: () => alice }
  const { url, close } = await framework.start({
    app,
    body: 'unread',
    sessions: 'store',
    rows: sessionRows(),
    proxy: false,
    ...setup,
  })
  onTestFinished(close)
  return httpClient(url)
}

/** A factor with a route that gives cookies. */
const cookieGiver = defineFactor<JsonObject>({
  type: 'cookie',
  title: 'Cookie',
  path: 'cookie',
  amr: [],
  strength: 'possession',
  role: 'primary',
  field: { name: 'cookie', ...optionalText },
  parse: () => null,
  check: () => ({ ok: false, reason: 'wrong' }),
  routes: [
    {
      name: 'cookie.give',
      method: 'GET',
      path: '/mfa/cookies',
      access: 'anyone',
      fields: {},
      answer: { type: 'string' },
      async handle() {
        return { status: 200, headers: { 'Content-Type': 'application/json' }, cookies, body: Buffer.from('"given"') }
      },
    },
  ],
})

function mfaOf(factor: Factor): Mfa {
  const secret = 'Vb1Jm6Lp9Sd3Hf0AGw5tN8yKq2Xc7Zr4'
  return createMfa({ secret, issuer: 'Acme', storage: memoryStorage(), findUser: () => alice, factors: [factor] })
}

/** In the place of Latchkey: looks at each request that is handed over, and lets everybody in. */
function standIn(look: (request: MfaRequest) => Promise<void>): Pick<Mfa, 'handler'> {
  const answer: MfaResponse = { status: 204, headers: {}, body: null }
  const proof = { userId: '1', amr: [], factor: null, authenticatorId: null, strength: null, provedAt: 0 }
  return {
    handler: <Args extends readonly unknown[]>(): Handler<Args> => ({
      async handle(request, ..._args) {
        await look(request)
        return answer
      },
      guard:
        () =>
        async (request, ..._args) => {
          await look(request)
          return { user: alice, proof }
        },
      problem(error) {
        throw error
      },
    }),
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
