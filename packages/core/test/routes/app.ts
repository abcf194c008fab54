// The routes bound to a host of a few lines: sessions in a map, requests made by hand, no server.

import { Readable } from 'node:stream'
import type { Handler, Host, MfaOptions, MfaRequest, MfaResponse, Proof, SignedIn } from '../../src/index.ts'
import { createWorld, enroll, signedInAs, type World } from '../world.ts'

/** What a request is made of; the rest is what an ordinary client sends. */
export interface Sent {
  readonly session?: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is; before `body`. */
  readonly bytes?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** What the host's parser left. */
  readonly parsedBody?: unknown
  readonly stream?: MfaRequest['body']
  readonly origin?: string
  readonly address?: string
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The body's JSON, null where there is no body. */
  readonly json: Readonly<Record<string, unknown>>
  readonly response: MfaResponse
}

export interface App {
  readonly world: World
  readonly handler: Handler<[string]>
  readonly sessions: Map<string, SignedIn>
  /** @throws Error where the path is not Latchkey's */
  readonly send: (method: string, path: string, sent?: Sent) => Promise<Answered>
  /** Signs a user in, with a proof of now where the user has one to give. */
  readonly session: (userId?: string, provedAt?: number | null) => string
  /** The proof that a session keeps. */
  readonly proof: (session: string) => Proof | null
}

/** Host functions that differ from the usual ones. */
export type HostChanges = (world: World) => Partial<Host<[string]>>

export function createApp(options: Partial<MfaOptions> = {}, changes: HostChanges = () => ({})): App {
  const world = createWorld(options)
  const { mfa, users, clock } = world
  const sessions = new Map<string, SignedIn>()
  const handler = mfa.handler<[string]>({
    checkCredentials: ({ username, password }) => (password === 'right' ? (users.get(String(username)) ?? null) : null),
    currentUser: (session) => sessions.get(session) ?? null,
    signIn(user, { sealed: proof, amr }, session) {
      sessions.set(session, { user, proof, session })
      return { signed_in: user.id, amr }
    },
    proved(user, { sealed: proof }, session) {
      sessions.set(session, { user, proof, session })
    },
    requestId: () => 'request-1',
    ...changes(world),
  })
  return {
    world,
    handler,
    sessions,
    async send(method, path, sent = {}) {
      const response = await handler.handle(requestOf(method, path, sent), sent.session ?? 'nobody')
      if (response === null) throw new Error(`${path} is not Latchkey's`)
      const isJson = /json/.test(response.headers['Content-Type'] ?? '')
      const json = isJson ? JSON.parse(Buffer.from(response.body ?? []).toString()) : null
      return { status: response.status, headers: response.headers, json, response }
    },
    session(userId = 'alice', provedAt = clock.now()) {
      const user = users.get(userId)
      if (user === undefined) throw new Error(`no user ${userId}`)
      const id = `session-${sessions.size}`
      sessions.set(id, signedInAs(user, provedAt))
      return id
    },
    proof(session) {
      const signedIn = sessions.get(session)
      return signedIn === undefined ? null : mfa.openProof(signedIn)
    },
  }
}

/** An app in which alice is enrolled and signed in. */
export async function enrolledApp(options: Partial<MfaOptions> = {}, changes?: HostChanges) {
  const app = createApp(options, changes)
  const alice = await enroll(app.world)
  return { ...app, alice, signedIn: app.session() }
}

export function requestOf(method: string, path: string, sent: Sent = {}): MfaRequest {
  const text = sent.bytes ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body))
  const bytes = text === undefined ? null : Buffer.from(text)
  const usual = bytes === null ? {} : { 'content-type': 'application/json', 'content-length': String(bytes.length) }
  const headers = new Map(Object.entries({ ...usual, ...sent.headers }))
  return {
    method,
    path,
    origin: sent.origin ?? 'https://app.example',
    address: sent.address ?? '192.0.2.1',
    header: (name) => headers.get(name),
    target: `/auth${path}`,
    body: sent.stream === undefined ? Readable.from(bytes === null ? [] : [bytes]) : sent.stream,
    parsedBody: sent.parsedBody,
  }
}
