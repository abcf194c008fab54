import type { PendingLogin } from '../client.ts'
import { ClientError } from '../errors.ts'
import { type Answer, bodyOf, codeOf } from '../http/answer.ts'
import { fieldsOf } from '../http/read-fields.ts'
import type { JsonObject } from '../ports.ts'

/** What the password led to: signed in, or a second factor is asked for, or one must be enrolled. */
export type FirstStep =
  | { readonly kind: 'signed-in'; readonly body: JsonObject }
  | { readonly kind: 'pending'; readonly pending: PendingLogin }
  | { readonly kind: 'enrolling'; readonly ephemeralToken: string; readonly methods: readonly string[] }

/** @throws ClientError */
export function readFirstStep(answer: Answer, at: { baseUrl: URL; serverNowMs: () => number }): FirstStep {
  const body = bodyOf(answer)
  const isEnrolling = body['mfa_enrollment_required'] === true
  if (!isEnrolling && body['mfa_required'] !== true) return { kind: 'signed-in', body }
  const fields = fieldsOf(answer)
  const [ephemeralToken, methods] = [fields.text('ephemeral_token'), fields.texts('methods')]
  if (isEnrolling) return { kind: 'enrolling', ephemeralToken, methods }
  const expiresAt = new Date(at.serverNowMs() + fields.count('expires_in') * 1000).toISOString()
  const baseUrl = at.baseUrl.href
  return { kind: 'pending', pending: { baseUrl, ephemeralToken, methods, question: null, propositions: [], expiresAt } }
}

/** @throws TypeError if it is no pending login of this server */
export function readPending(given: unknown, { baseUrl }: { baseUrl: URL }): PendingLogin {
  const pending = (typeof given === 'object' && given !== null ? given : {}) as Partial<PendingLogin>
  const { ephemeralToken, methods, question = null, propositions = [], expiresAt } = pending
  const isWhole = typeof ephemeralToken === 'string' && isTexts(methods) && isTexts(propositions)
  if (!isWhole || !(question === null || typeof question === 'string') || Number.isNaN(Date.parse(String(expiresAt))))
    throw new TypeError('pending must be what `client.pending` gave')
  if (pending.baseUrl !== baseUrl.href) throw new TypeError(`pending is a login at ${pending.baseUrl}`)
  return { baseUrl: baseUrl.href, ephemeralToken, methods, question, propositions, expiresAt: String(expiresAt) }
}

/** The error for an account that must enroll. */
export function enrollmentRequired(methods: readonly string[]): ClientError {
  const detail = 'a second factor must be enrolled first'
  return new ClientError('mfa_enrollment_required', { detail, methods })
}

/** Whether the token is no longer valid, so that the login must begin anew. */
export function isOver(answer: Answer): boolean {
  return codeOf(answer) === 'invalid_token'
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
