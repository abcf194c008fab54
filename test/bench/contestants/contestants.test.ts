/** The rule guarded here: what Latchkey is measured against signs people in, keeps others out, and does no more than is said of it. */
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { forkEntry } from '../../processes/fork.ts'
import { codeOf, password, userIdOf } from '../people.ts'
import type { Target } from '../target.ts'
import { installContestants } from './install.ts'

const contestants = [
  { contestant: 'better-auth', file: 'better-auth.mjs', cookie: 'better-auth.session_token' },
  { contestant: 'better-auth-memory-adapter', file: 'better-auth.mjs', cookie: 'better-auth.session_token' },
  { contestant: 'passport', file: 'passport.mjs', cookie: 'connect.sid' },
]
const targets = new Map<string, Target>()
const users = 8

beforeAll(async () => {
  const near = await installContestants()
  for (const { contestant, file } of contestants) {
    const args = [JSON.stringify({ contestant, users })]
    const { first } = await forkEntry(join(near, file), { args, near, env: { NODE_ENV: 'production' } })
    targets.set(contestant, first as Target)
  }
}, 360_000)

/** What an answer of a contestant's comes to: its status, and the cookies it sets to something. */
interface Answer {
  readonly status: number
  readonly cookies: Readonly<Record<string, string>>
}

interface Request {
  readonly contestant: string
  readonly path: 'login' | 'verify'
  readonly body: unknown
  readonly cookies?: Answer['cookies']
}

async function post({ contestant, path, body, cookies = {} }: Request): Promise<Answer> {
  const target = targets.get(contestant)
  if (target === undefined) throw new Error(`${contestant} has not started`)
  const origin = `http://127.0.0.1:${target.port}`
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`)
  const headers = { 'content-type': 'application/json', origin, cookie: cookie.join('; ') }
  const answer = await fetch(origin + target[path], { method: 'POST', headers, body: JSON.stringify(body) })
  await answer.arrayBuffer()
  const set = answer.headers.getSetCookie().map((text) => /^([^=]+)=([^;]*)/.exec(text) ?? [])
  const kept = set.filter(([, , value]) => value !== '').map(([, name, value]) => [name, value])
  return { status: answer.status, cookies: Object.fromEntries(kept) }
}

function logIn(contestant: string, user: number, given = password): Promise<Answer> {
  const [username, email] = [userIdOf(user), `${userIdOf(user)}@app.example`]
  return post({ contestant, path: 'login', body: { username, email, password: given } })
}

async function signIn(contestant: string, user: number, code: string): Promise<Answer> {
  const { status, cookies } = await logIn(contestant, user)
  expect(status).toBe(200)
  return post({ contestant, path: 'verify', body: { code }, cookies })
}

/** A code that no window of theirs holds. */
function wrongCode(user: number): string {
  return codeOf(user, Date.now() + 86_400_000)
}

test.each(contestants)('$contestant signs in whoever has the password and the code', async ({ contestant, cookie }) => {
  const { status, cookies } = await signIn(contestant, 0, codeOf(0, Date.now()))
  expect(status).toBe(200)
  expect(cookies[cookie]).toMatch(/.{32}/)
})

test.each(contestants)('$contestant knows its users apart', async ({ contestant }) => {
  expect((await signIn(contestant, 1, codeOf(2, Date.now()))).status).toBe(401)
  expect((await signIn(contestant, users - 1, codeOf(users - 1, Date.now()))).status).toBe(200)
})

test.each(contestants)('$contestant refuses a wrong password', async ({ contestant }) => {
  expect(await logIn(contestant, 3, 'another')).toEqual({ status: 401, cookies: {} })
})

test.each(contestants)('$contestant refuses a wrong code', async ({ contestant, cookie }) => {
  const { status, cookies } = await signIn(contestant, 4, wrongCode(4))
  expect(status).toBe(401)
  expect(cookies).not.toHaveProperty([cookie])
})

test.each(contestants)('$contestant refuses a code without a password', async ({ contestant }) => {
  const body = { code: codeOf(4, Date.now()) }
  expect(await post({ contestant, path: 'verify', body })).toEqual({ status: 401, cookies: {} })
})

test.each(contestants)('$contestant takes a code a second time', async ({ contestant }) => {
  const code = codeOf(5, Date.now())
  expect((await signIn(contestant, 5, code)).status).toBe(200)
  expect((await signIn(contestant, 5, code)).status).toBe(200)
})

test('passport takes a code of two and a half minutes ago, better-auth does not', async () => {
  const statuses = ['passport', 'better-auth'].map(async (contestant) => {
    const { status } = await signIn(contestant, 6, codeOf(6, Date.now() - 150_000))
    return status
  })
  expect(await Promise.all(statuses)).toEqual([200, 401])
})
