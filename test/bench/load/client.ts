import { Pool } from 'undici'
import { codeOf, password, userIdOf } from '../people.ts'
import type { Target } from '../target.ts'

/** Signs people in at a server, over a number of connections that stay open. */
export interface Client {
  /** Opens all its connections. */
  readonly open: () => Promise<unknown>
  /** The password step: what ties the next step to it. @throws where it is refused */
  readonly logIn: (user: number) => Promise<Ticket>
  /** The second step; gives the answer's status. */
  readonly answer: (ticket: Ticket, code: string) => Promise<number>
  /** Both, where the server's clock is so far ahead. @throws where one is refused */
  readonly signIn: (user: number, aheadMs?: number) => Promise<void>
  readonly close: () => Promise<void>
}

/** What ties the second step to the first. */
export interface Ticket {
  readonly token?: string
  readonly cookies?: string
}

export function createClient({ port, login, verify, carries }: Target, connections: number): Client {
  const origin = `http://127.0.0.1:${port}`
  const pool = new Pool(origin, { connections, pipelining: 1, headersTimeout: 60_000, bodyTimeout: 60_000 })
  const post = async (path: string, body: unknown, cookies?: string) => {
    const headers = {
      'content-type': 'application/json',
      ...(carries === 'cookies' && { origin, cookie: cookies ?? '' }),
    }
    const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) })
    return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
  }
  const knock = async () => {
    const answer = await pool.request({ method: 'GET', path: '/' })
    await answer.body.dump()
  }
  const client: Client = {
    open: () => Promise.all(Array.from({ length: connections }, knock)),
    async logIn(user) {
      const [username, email] = [userIdOf(user), `${userIdOf(user)}@app.example`]
      const { status, headers, text } = await post(login, { username, email, password })
      if (status !== 200) throw new Error(`login of ${username}: ${status} ${text}`)
      if (carries === 'cookies') return { cookies: cookiesOf(headers['set-cookie']) }
      return { token: (JSON.parse(text) as { ephemeral_token: string }).ephemeral_token }
    },
    async answer({ token, cookies }, code) {
      const { status } = await post(verify, { ephemeral_token: token, code }, cookies)
      return status
    },
    async signIn(user, aheadMs = 0) {
      const status = await client.answer(await client.logIn(user), codeOf(user, Date.now() + aheadMs))
      if (status !== 200) throw new Error(`sign-in of ${userIdOf(user)}: ${status}`)
    },
    close: () => pool.destroy(),
  }
  return client
}

function cookiesOf(set: string | readonly string[] = []): string {
  return [set]
    .flat()
    .map((cookie) => String(cookie).split(';', 1)[0])
    .join('; ')
}
