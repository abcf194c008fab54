import { Pool } from 'undici'
import { codeOf, password, userIdOf } from '../people.ts'
import type { Target } from '../target.ts'

/** Signs people in at a server, over a number of connections that stay open. */
export interface Client {
  /** The password step: what ties the next step to it. @throws where it is refused */
  readonly logIn: (user: number) => Promise<Ticket>
  /** The second step; gives the answer's status. */
  readonly answer: (ticket: Ticket, code: string) => Promise<number>
  /** Both. @throws where one is refused */
  readonly signIn: (user: number) => Promise<void>
  readonly close: () => Promise<void>
}

interface Ticket {
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
  const client: Client = {
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
    async signIn(user) {
      const status = await client.answer(await client.logIn(user), codeOf(user, Date.now()))
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
