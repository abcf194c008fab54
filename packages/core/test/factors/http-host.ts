// An app on node:http: sessions by cookie, and the core bound to them; no framework.

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Mfa, Proof, SignedIn, User } from '../../src/index.ts'

export interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}

/** A browser of one user: keeps its cookie. */
export interface Client {
  send(method: string, path: string, body?: object): Promise<Answer>
}

export interface HttpApp {
  client(): Client
  close(): Promise<void>
}

/** Serves the core's routes under `/auth`; the password of everybody is `right`. */
export async function serve(mfa: Mfa, users: ReadonlyMap<string, User>): Promise<HttpApp> {
  const sessions = new Map<string, SignedIn>()
  const start = (user: User, { sealed: proof }: Proof, response: ServerResponse): void => {
    const id = randomUUID()
    sessions.set(id, { user, proof, session: id })
    response.setHeader('Set-Cookie', `sid=${id}; HttpOnly; SameSite=Lax`)
  }
  const handler = mfa.handler<[IncomingMessage, ServerResponse]>({
    checkCredentials: ({ username, password }) => (password === 'right' ? (users.get(String(username)) ?? null) : null),
    currentUser: ({ headers }) => sessions.get(headers.cookie?.replace('sid=', '') ?? '') ?? null,
    signIn(user, proof, _, response) {
      start(user, proof, response)
      return { signed_in: user.id, amr: proof.amr }
    },
    proved: (user, proof, _, response) => start(user, proof, response),
  })
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname.replace(/^\/auth/, '')
    const { method = '', headers } = request
    const origin = `http://${headers.host}`
    const header = (name: string) => headers[name]?.toString()
    const { url: target = '' } = request
    handler
      .handle(
        { method, path, target, origin, address: '', header, body: request, parsedBody: undefined },
        request,
        response,
      )
      .then((answer) => {
        response.writeHead(answer?.status ?? 404, { ...answer?.headers }).end(answer?.body)
      })
      .catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth`
  return {
    client: () => createClient(base),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function createClient(base: string): Client {
  let cookie = ''
  return {
    async send(method, path, body) {
      const headers = { 'Content-Type': 'application/json', Connection: 'close', Cookie: cookie }
      const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
      const response = await fetch(base + path, request)
      cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
      const text = await response.text()
      const isJson = /json/.test(response.headers.get('Content-Type') ?? '')
      return { status: response.status, json: isJson ? JSON.parse(text) : { text } }
    },
  }
}
