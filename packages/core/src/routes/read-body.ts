import { MfaError } from '../errors.ts'
import type { MfaRequest, RequestStream } from '../ports.ts'

/** Largest body that is looked at, in bytes. */
const bodyLimit = 16 * 1024
/** A body over the limit is read to here and dropped, so that an ordinary client gets to see the answer. */
const drainLimit = 1024 * 1024

type Body = Readonly<Record<string, unknown>>

/**
 * The request's JSON object, whether the host has parsed it or not; `{}` where there is no body.
 *
 * @throws MfaError `unsupported_media_type`, `body_too_large`, `malformed_body`
 */
export async function readBody(request: MfaRequest): Promise<Body> {
  const length = Number(request.header('content-length') ?? Number.NaN)
  if (!hasBody(request, length)) return parsedByHost(request.parsedBody ?? {}, 0)
  checkMediaType(request)
  if (length > bodyLimit && !isUnread(request)) throw tooLarge()
  if (!isUnread(request)) return parsedByHost(request.parsedBody, length)
  return asObject(parseText(decodeText(await readBytes(request.message, length))))
}

function hasBody(request: MfaRequest, length: number): boolean {
  if (!Number.isNaN(length)) return length > 0
  return request.header('transfer-encoding') !== undefined || request.header('content-type') !== undefined
}

/** Some parsers leave `{}` behind where they did not read: the stream tells. */
function isUnread({ message, parsedBody }: MfaRequest): boolean {
  if (message.readableDidRead) return false
  return parsedBody === undefined || (isObject(parsedBody) && Object.keys(parsedBody).length === 0)
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
    if (typeof value !== 'object') continue
    for (const key in value) {
      size += key.length
      rest.push((value as Body)[key])
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

function readBytes(message: RequestStream, length: number): Promise<Uint8Array> {
  if (length > drainLimit) throw tooLarge()
  if (message.destroyed) throw cutOff()
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let size = 0
    const settle = (done: () => void): void => {
      for (const [event, listener] of listeners) message.off(event, listener)
      done()
    }
    const onData = (chunk: unknown): void => {
      const bytes = chunk as Uint8Array
      size += bytes.length
      if (size <= bodyLimit) chunks.push(bytes)
      if (size <= drainLimit) return
      message.pause()
      settle(() => reject(tooLarge()))
    }
    const onEnd = (): void => settle(() => (size > bodyLimit ? reject(tooLarge()) : resolve(Buffer.concat(chunks))))
    const onCut = (): void => settle(() => reject(cutOff()))
    const listeners = [
      ['data', onData],
      ['end', onEnd],
      ['error', onCut],
      ['close', onCut],
    ] as const
    for (const [event, listener] of listeners) message.on(event, listener)
  })
}

function tooLarge(): MfaError {
  return new MfaError('body_too_large', { detail: `at most ${bodyLimit} bytes` })
}

function cutOff(): MfaError {
  return new MfaError('malformed_body', { detail: 'the body was cut off' })
}
