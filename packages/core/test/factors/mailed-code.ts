// A one-time code that is sent to the user: a factor with a route and a state of its own, in some forty lines.

import {
  defineFactor,
  type Factor,
  type JsonObject,
  parseDigits,
  type RandomBytes,
  requiredCode,
  requiredText,
  textOf,
} from '../../src/index.ts'

/** Seconds a code can be answered with, and between two of them. */
const lifeSeconds = 300
const pauseSeconds = 30
/** Wrong answers after which a code is dead, whatever the wait. */
const mostTries = 3

/** Sends a code on request of somebody who is being challenged; takes it once, for that challenge alone. */
export function mailedCode(send: (userId: string, code: string) => void, randomBytes: RandomBytes): Factor {
  const draw = (): string => String(Buffer.from(randomBytes(4)).readUInt32BE() % 100_000).padStart(5, '0')
  const parse = (answer: unknown): string | null => parseDigits(answer, 5)
  return defineFactor<JsonObject>({
    ...{ type: 'one_time_code', title: 'Mailed codes', path: 'one-time-code', amr: ['otp'] },
    strength: 'channel',
    role: 'primary',
    field: { name: 'code', ...requiredCode },
    parse,
    check({ answer, authenticators: [first], state, tokenId, nowMs }) {
      const { code, forToken, expiresAt, tries = 0 } = state
      const isAlive =
        code !== undefined && forToken === tokenId && Number(expiresAt) > nowMs && Number(tries) < mostTries
      const isRight = isAlive && answer === code
      if (!isRight || first === undefined)
        return { ok: false, reason: 'wrong', state: { ...state, tries: Number(tries) + 1 } }
      return { ok: true, authenticatorId: first.id, state: {} }
    },
    enrollment: {
      limit: 1,
      name: 'Mail',
      begin({ user }) {
        const code = draw()
        send(user.id, code)
        return { pending: { code }, answer: { sentTo: user.name } }
      },
      shown: { sent_to: { type: 'string' } },
      parse,
      confirm: ({ answer, pending }) =>
        answer === pending['code'] ? { ok: true, data: {} } : { ok: false, reason: 'wrong' },
    },
    routes: [
      {
        ...{ name: 'one_time_code.send', method: 'POST', path: '/mfa/one-time-code/send', access: 'anyone' },
        fields: { ephemeral_token: requiredText },
        answer: { type: 'object', required: ['sent'], properties: { sent: { type: 'boolean' } } },
        async handle(call) {
          const { user, tokenId } = await call.openChallenge(textOf(call.body, 'ephemeral_token'))
          const code = draw()
          const sent = await call.change(user.id, (state, nowMs) => offered(state, { code, forToken: tokenId, nowMs }))
          if (sent) send(user.id, code)
          return { sent }
        },
      },
    ],
  })
}

/** A new code, unless the latest was sent just now. */
function offered(state: JsonObject, by: { code: string; forToken: string; nowMs: number }) {
  const { code, forToken, nowMs } = by
  if (Number(state['sentAt'] ?? 0) > nowMs - pauseSeconds * 1000) return { state, result: false }
  return { state: { code, forToken, sentAt: nowMs, expiresAt: nowMs + lifeSeconds * 1000 }, result: true }
}
