import { MfaError } from '../errors.ts'
import type { Body } from '../fields.ts'
import type { MfaRequest } from '../ports/http.ts'

/** Largest body that is looked at, in bytes. */
const bodyLimit = 16 * 1024
/** A body over the limit is read to here and dropped, so that an ordinary client gets to see the answer. */
const drainLimit = 1024 * 1024

/**
 * The request's JSON object, whether the host has parsed it or not; `{}` if there is no body.
 *
 * @throws MfaError `unsupported_media_type`, `body_too_large`, `malformed_body`
 */
export async function readBody(request: MfaRequest): Promise<Body> {
  const length = Number(request.header('content-length') ?? Number.NaN)
  if (!hasBody(request, length)) return parsedByHost(request.parsedBody ?? {}, 0)
  checkMediaType(request)
  const unread = unreadBody(request)
  if (unread !== null) return asObject(parseText(decodeText(await readBytes(unread, length))))
  if (length > bodyLimit) throw tooLarge()
  return parsedByHost(request.parsedBody, length)
}

function hasBody(request: MfaRequest, length: number): boolean {
  if (!Number.isNaN(length)) return length > 0
  return request.header('transfer-encoding') !== undefined || request.header('content-type') !== undefined
}

/** The body, or null if it has been read. Some parsers leave `{}` behind if they did not read: the body tells. */
function unreadBody({ body, parsedBody }: MfaRequest): MfaRequest['body'] {
  return parsedBody === undefined || (isObject(parsedBody) && Object.keys(parsedBody).length === 0) ? body : null
}

function checkMediaType(request: MfaRequest): void {
  const [type = '', ...parameters] = (request.header('content-type') ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase())
  const charsets = parameters.filter((parameter) => parameter.startsWith('charset='))
  const encoding = request.header('content-encoding')?.trim().toLowerCase() ?? 'identity'
  const isJson = /^application\/(?:[\w.!#$&^-]+\+)?json$/.test(type)
  const isUtf8 = charsets.every((charset) => /^charset=(?:utf-?8|"utf-?8")$/.test(charset))
  if (isJson && encoding === 'identity' && isUtf8) return
  throw new MfaError('unsupported_media_type')
}

function parsedByHost(parsed: unknown, length: number): Body {
  const bytes = typeof parsed === 'string' ? Buffer.from(parsed) : parsed
  if (bytes instanceof Uint8Array) return asObject(parseText(decodeText(bytes)))
  // A body sent in chunks tells no length.
  if (Number.isNaN(length) && isOverLimit(parsed)) throw tooLarge()
  return asObject(parsed)
}

/** Whether the JSON of a value is over the limit, at the least; stops counting there, however large or deep it is. */
function isOverLimit(parsed: unknown): boolean {
  const rest = [parsed]
  let size = 0
  while (rest.length > 0 && size <= bodyLimit) {
    const value = rest.pop()
    size += typeof value === 'string' ? Buffer.byteLength(value) : 1
    if (typeof value !== 'object' || value === null) continue
    for (const key in value) {
      size += key.length
      rest.push(Reflect.get(value, key))
      if (size > bodyLimit) break
    }
  }
  return size > bodyLimit
}

function decodeText(bytes: Uint8Array): string {
  if (bytes.length > bodyLimit) throw tooLarge()
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new MfaError('malformed_body', { detail: 'the body is not UTF-8' })
  }
}

function parseText(text: string): unknown {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message would repeat the body.
    throw new MfaError('malformed_body', { detail: 'the body is not JSON' })
  }
}

function asObject(value: unknown): Body {
  if (isObject(value)) return value
  throw new MfaError('malformed_body', {
    detail: 'the body is not a JSON object, or was read and dropped by another middleware',
  })
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

async function readBytes(body: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  if (length > drainLimit) throw tooLarge()
  // Asked one by one: a loop that is left early would end a stream of Node, and the connection with it.
  const rest = body[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const next = await rest.next().catch(() => null)
    if (next === null) throw cutOff()
    if (next.done === true) break
    size += next.value.length
    if (size <= bodyLimit) chunks.push(next.value)
    if (size > drainLimit) throw tooLarge()
  }
  if (size > bodyLimit) throw tooLarge()
  return Buffer.concat(chunks)
}

function tooLarge(): MfaError {
  return new MfaError('body_too_large', { detail: `at most ${bodyLimit} bytes` })
}

function cutOff(): MfaError {
  return new MfaError('malformed_body', { detail: 'the body was cut off' })
}
