import type { MfaError } from '../errors.ts'
import type { MfaResponse } from '../ports/http.ts'

const noStore = { 'Cache-Control': 'no-store' }

/** A body as JSON bytes: a string would get a charset from the framework. */
export function jsonAnswer(status: number, body: unknown): MfaResponse {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...noStore },
    body: Buffer.from(JSON.stringify(body ?? {})),
  }
}

/** An answer without a body. */
export function emptyAnswer(): MfaResponse {
  return { status: 204, headers: noStore, body: null }
}

/** Bytes of a factor's own, never cached. */
export function bytesAnswer(answer: MfaResponse): MfaResponse {
  return { ...answer, headers: { ...answer.headers, ...noStore } }
}

/** An error as `application/problem+json` (RFC 9457). If tokens are asked for, a 401 says so (RFC 6750 section 3). */
export function problemAnswer(error: MfaError, { bearer = false }: { bearer?: boolean | undefined } = {}): MfaResponse {
  const { code, title, status, message: detail, attemptsRemaining, retryAfterSeconds, errors } = error
  const body = {
    type: `urn:latchkey:error:${code}`,
    title,
    status,
    detail,
    code,
    attempts_remaining: attemptsRemaining,
    retry_after: retryAfterSeconds,
    errors,
  }
  const headers: Record<string, string> = { 'Content-Type': 'application/problem+json', ...noStore }
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(retryAfterSeconds)
  if (error.allow !== undefined) headers['Allow'] = error.allow.join(', ')
  if (error.maxAgeSeconds !== undefined) {
    headers['WWW-Authenticate'] = `Bearer error="insufficient_user_authentication", max_age=${error.maxAgeSeconds}`
  }
  if (bearer && code === 'unauthenticated') headers['WWW-Authenticate'] = 'Bearer'
  // What is left of such a body is not read, so the connection cannot be used again.
  if (code === 'body_too_large') headers['Connection'] = 'close'
  return { status, headers, body: Buffer.from(JSON.stringify(body)) }
}
