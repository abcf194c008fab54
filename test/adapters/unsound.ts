import { type Handler, type Host, type Mfa, MfaError, type MfaRequest, type MfaResponse } from '@latchkey/core'

type Binding = Pick<Mfa, 'handler'>

/** What an adapter gets wrong, laid between a sound one and Latchkey. */
interface Mistake {
  readonly request?: (request: MfaRequest) => Partial<MfaRequest>
  readonly response?: (response: MfaResponse) => Partial<MfaResponse>
  readonly handler?: <Args extends readonly unknown[]>(sound: Handler<Args>) => Partial<Handler<Args>>
  readonly host?: <Args extends readonly unknown[]>(sound: Host<Args>) => Partial<Host<Args>>
}

/** The same with the mistake in it. */
export function mistaken(sound: Binding, { request, response, handler, host }: Mistake): Binding {
  const spoilt = (answer: MfaResponse) => ({ ...answer, ...response?.(answer) })
  return {
    handler(given) {
      const bound = sound.handler({ ...given, ...host?.(given) })
      const { handle, guard, problem } = { ...bound, ...handler?.(bound) }
      return {
        async handle(asked, ...args) {
          const answer = await handle({ ...plain(asked), ...request?.(asked) }, ...args)
          return answer === null ? null : spoilt(answer)
        },
        guard,
        problem: (error) => spoilt(problem(error)),
      }
    },
  }
}

/** The same with members of its own: what a class computes would be lost in a copy. */
function plain(asked: MfaRequest): MfaRequest {
  const { method, path, target, origin, address, body, parsedBody } = asked
  return { method, path, target, origin, address, header: (name) => asked.header(name), body, parsedBody }
}

const proof = { userId: '1', amr: [], factor: null, authenticatorId: null, strength: null, provedAt: 0 }
const text = (body: Uint8Array | null) => (body === null ? null : Buffer.from(Buffer.from(body).toString()))

/** Mistakes by what the adapter does, each with words from the rules that have to notice. */
export const mistakes: Readonly<Record<string, Mistake & { readonly noticed: readonly string[] }>> = {
  'decodes the path': {
    request: ({ path }) => ({ path: decodeURIComponent(path) }),
    noticed: ['POST: /auth/logi%6e goes on'],
  },
  'folds the case of the path': {
    request: ({ path }) => ({ path: path.toLowerCase() }),
    noticed: ['POST: /auth/Login goes on'],
  },
  'takes HEAD for GET': {
    request: ({ method }) => ({ method: method === 'HEAD' ? 'GET' : method }),
    noticed: ['HEAD is 405'],
  },
  'believes anybody who says for whom they forward': {
    request(asked) {
      const host = asked.header('x-forwarded-host')
      return host === undefined ? {} : { origin: `https://${host}` }
    },
    noticed: ['trusted: false, https://app.example:8443', '"X-Forwarded-Proto":"https"} is refused'],
  },
  'drops the port of the origin': {
    request: ({ origin }) => ({ origin: origin.replace(/:\d+$/, '') }),
    noticed: ['{"Origin":"http://127.0.0.1:80"} is let in', '{"Origin":"http://127.0.0.1"} is refused'],
  },
  'takes the proxy for the client': {
    request: () => ({ address: '127.0.0.1' }),
    noticed: ['the limiter counts for 203.0.113.9'],
  },
  'loses the headers of the request': {
    request: () => ({ header: () => undefined }),
    noticed: ['cross-site"} is refused', 'with a body unread: application/json is read'],
  },
  'does not hand over what a parser left': {
    request: () => ({ parsedBody: undefined }),
    noticed: ['with a body parsed: enrollment', 'with a body text: application/json is read'],
  },
  'sends headers of its own': {
    response: ({ headers: { 'Content-Type': type = '', ...rest } }) => ({
      headers: { ...rest, 'Content-Type': `${type}; charset=utf-8` },
    }),
    noticed: ['enrollment: begin', 'not_found'],
  },
  'sends only the type': {
    response: ({ headers: { 'Content-Type': type = '' } }) => ({ headers: { 'Content-Type': type } }),
    noticed: ['tells the wait', 'says how old a proof may be', '/auth/login takes POST'],
  },
  'sends every answer as 200': {
    response: () => ({ status: 200 }),
    noticed: ['unauthenticated, before', 'listed, renamed, removed'],
  },
  'sends bodies as text': {
    response: ({ body }) => ({ body: text(body) }),
    noticed: ['QR code'],
  },
  'answers for paths that are not Latchkey’s': {
    handler: (sound) => ({
      handle: async (...asked) => (await sound.handle(...asked)) ?? sound.problem(new MfaError('not_found')),
    }),
    noticed: ['POST: /auth/nothing goes on', 'below the mount itself'],
  },
  'answers errors of the app itself': {
    handler: (sound) => ({
      handle: (...asked) => sound.handle(...asked).catch(() => sound.problem(new MfaError('not_found'))),
    }),
    noticed: ['from checkCredentials', 'from respond', 'writes fail signs nobody in'],
  },
  'hands errors of Latchkey to the framework': {
    handler: () => ({
      problem(error) {
        throw error
      },
    }),
    noticed: ['nobody is signed in', 'a password alone is not enough'],
  },
  'has a guard that takes no options': {
    handler: (sound) => ({ guard: () => sound.guard() }),
    noticed: ['/guarded/minute lets in', 'only a proof of a factor'],
  },
  'has a guard that asks whether somebody is signed in, and no more': {
    handler: () => ({ guard: () => async () => ({ user: { id: '1', name: 'alice' }, proof }) }),
    noticed: ['a password alone is not enough', 'the route learns', 'waits for its second factor', 'who is gone'],
  },
  'keeps the session it finds': {
    host: (sound) => ({
      async signIn(user, ...rest) {
        await sound.proved(user, ...rest)
        return { user: { id: user.id, name: user.name } }
      },
    }),
    noticed: ['verify begins a new session', 'leaves nothing of the first'],
  },
  'forgets a step-up': {
    host: () => ({ proved: () => undefined }),
    noticed: ['a step-up keeps the session'],
  },
}
