import type { JsonObject, Tokens } from '../ports.ts'

/**
 * The tokens in the answer to a sign-in: `access_token` and `refresh_token` (RFC 6749 section 5.1), `access` and `refresh`, or
 * a `key` that is sent as `Token`. `null` if there is none, because cookies sign in.
 */
export function readTokens(answer: JsonObject): Tokens | null {
  const access = text(answer, 'access_token') ?? text(answer, 'access')
  const key = text(answer, 'key')
  if (access === undefined) return key === undefined ? null : { authorization: `Token ${key}` }
  const refreshToken = text(answer, 'refresh_token') ?? text(answer, 'refresh')
  return { authorization: `Bearer ${access}`, ...(refreshToken === undefined ? {} : { refreshToken }) }
}

function text(answer: JsonObject, name: string): string | undefined {
  const value = answer[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
