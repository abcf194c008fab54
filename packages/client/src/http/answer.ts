import { ClientError, type FieldError, type ServerErrorCode } from '../errors.ts'
import type { JsonObject } from '../ports.ts'

/** An answer from one of Latchkey's routes, read to its end. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
  /** `null` if the body is no JSON object. */
  readonly body: JsonObject | null
  /** The address without its query, for messages. */
  readonly place: string
}

export async function readAnswer(response: Response, place: string): Promise<Answer> {
  const { status, headers } = response
  const bytes = new Uint8Array(await response.arrayBuffer())
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(headers.get('content-type') ?? '')
  return { status, headers, bytes, place, body: isJson ? readObject(bytes) : null }
}

/** The code of a refusal. `null` if the answer is a success, or did not come from Latchkey. */
export function codeOf({ status, body }: Pick<Answer, 'status' | 'body'>): string | null {
  const code = body?.['code']
  return status >= 400 && typeof code === 'string' ? code : null
}

/**
 * The body of a success.
 *
 * @throws ClientError with the server's code, or `unexpected_answer`
 */
export function bodyOf(answer: Answer): JsonObject {
  const { status, body } = answer
  if (status < 200 || status >= 300) throw refusalOf(answer)
  if (body === null) throw unexpected(answer)
  return body
}

/** The error for an answer that is no success. */
export function refusalOf(answer: Answer): ClientError {
  const { status, body, headers } = answer
  const code = codeOf(answer)
  if (code === null || body === null) return unexpected(answer)
  const { detail, title, attempts_remaining, errors } = body
  const seconds = body['retry_after'] ?? Number(headers.get('retry-after') ?? Number.NaN)
  return new ClientError(code as ServerErrorCode, {
    detail: [detail, title, code].find((text) => typeof text === 'string') as string,
    status,
    retryAfterSeconds: count(seconds),
    attemptsRemaining: count(attempts_remaining),
    errors: Array.isArray(errors) ? errors.flatMap(fieldError) : undefined,
  })
}

export function unexpected({ place, status }: Pick<Answer, 'place' | 'status'>): ClientError {
  const detail = `${place} answered ${status} and not as Latchkey does: is it mounted there?`
  return new ClientError('unexpected_answer', { detail, status })
}

function readObject(bytes: Uint8Array): JsonObject | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
  } catch {
    return null
  }
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

function fieldError(value: unknown): readonly FieldError[] {
  const { field, message } = (value ?? {}) as Record<string, unknown>
  return typeof field === 'string' && typeof message === 'string' ? [{ field, message }] : []
}
