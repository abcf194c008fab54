import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** How the key is made. */
export type Kdf = ScryptKdf | { readonly name: 'key-file' }

/** scrypt (RFC 7914). */
export interface ScryptKdf {
  readonly name: 'scrypt'
  readonly N: number
  readonly r: number
  readonly p: number
  /** 16 bytes as base64url. */
  readonly salt: string
}

/** An encrypted text, as it is in the file. */
export interface Envelope {
  readonly kdf: Kdf
  readonly nonce: Uint8Array
  readonly ciphertext: Uint8Array
  readonly tag: Uint8Array
}

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const saltBytes = 16
/** A file must not cost its reader more than 1 GiB and some seconds. */
const mostN = 2 ** 20
const mostR = 8

/** Whether a file's object is an envelope, sound or not. An unencrypted file has a list at each name. */
export function isEnvelope(object: Readonly<Record<string, unknown>>): boolean {
  return object['latchkey'] === 'answers'
}

/** Read an envelope. `null` if this version cannot read it, or if its key would cost too much. */
export function readEnvelope(object: Readonly<Record<string, unknown>>): Envelope | null {
  const kdf = readKdf(object['kdf'])
  const nonce = readBytes(object['nonce'], nonceBytes)
  const ciphertext = readBytes(object['ciphertext'])
  const tag = readBytes(object['tag'], tagBytes)
  if (object['v'] !== 1 || kdf === null || nonce === null || ciphertext === null || tag === null) return null
  return { kdf, nonce, ciphertext, tag }
}

/** Encrypt by AES-256-GCM, under a new nonce and with the head as associated data. @returns the text of the file */
export function seal(text: string, kdf: Kdf, key: Uint8Array): string {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(associatedData(kdf))
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const parts = { nonce, ciphertext, tag: cipher.getAuthTag() }
  const encoded = Object.entries(parts).map(([name, bytes]) => [name, bytes.toString('base64url')])
  return JSON.stringify({ ...headOf(kdf), ...Object.fromEntries(encoded) }, null, 2)
}

/** Decrypt the text. `null` if the key is another one, or a bit has changed. */
export function open({ kdf, nonce, ciphertext, tag }: Envelope, key: Uint8Array): string | null {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(associatedData(kdf))
  decipher.setAuthTag(tag)
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

/** The bytes of a canonical base64url text. `null` if it is no such text, or has another length. */
function readBytes(value: unknown, length?: number): Uint8Array | null {
  if (typeof value !== 'string') return null
  const bytes = Buffer.from(value, 'base64url')
  if (bytes.toString('base64url') !== value) return null
  return length === undefined || bytes.length === length ? bytes : null
}

function readKdf(value: unknown): Kdf | null {
  if (typeof value !== 'object' || value === null) return null
  const { name, N, r, p, salt } = value as Record<keyof ScryptKdf, unknown>
  if (name === 'key-file') return { name }
  if (name !== 'scrypt' || !isUpTo(N, mostN) || !isUpTo(r, mostR) || p !== 1) return null
  // RFC 7914, section 2: larger than 1 and a power of 2.
  if (N < 2 || !Number.isInteger(Math.log2(N)) || typeof salt !== 'string' || readBytes(salt, saltBytes) === null)
    return null
  return { name, N, r, p, salt }
}

function isUpTo(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most
}

function headOf(kdf: Kdf): Readonly<Record<string, unknown>> {
  return { latchkey: 'answers', v: 1, kdf }
}

function associatedData(kdf: Kdf): Buffer {
  return Buffer.from(JSON.stringify(headOf(kdf)))
}

/** Lengths in bytes, for code that makes keys. */
export const lengths = Object.freeze({ key: keyBytes, salt: saltBytes })
