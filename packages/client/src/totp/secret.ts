import { ClientError } from '../errors.ts'
import type { TotpOptions } from '../options.ts'

/** The parameters that make codes (RFC 6238). */
export interface TotpParameters {
  /** Base32, capitals, without padding. */
  readonly secret: string
  readonly digits: number
  /** Seconds. */
  readonly period: number
  readonly algorithm: string
}

const algorithms = ['SHA1', 'SHA256', 'SHA512']

/**
 * Ask for the secret and read it: base32 without regard to case, spaces and dashes, or an `otpauth://totp/` URL. The
 * parameters of the URL override those of the options.
 *
 * @throws ClientError `invalid_secret`, which holds no part of the secret
 */
export async function readTotp({ secret: source, ...given }: TotpOptions): Promise<TotpParameters> {
  const text: unknown = typeof source === 'function' ? await source() : source
  if (typeof text !== 'string') throw invalid('the function gave no text')
  const url = /^otpauth:/i.test(text.trim()) ? readUrl(text.trim()) : {}
  const { secret = text, digits = 6, period = 30, algorithm = 'SHA1' } = { ...given, ...url }
  const base32 = secret.toUpperCase().replace(/[\s-]/g, '').replace(/=+$/, '')
  if (!/^[A-Z2-7]+$/.test(base32)) throw invalid('the secret is not base32')
  if (base32.length < 16) throw invalid('the secret has less than 80 bits: it was cut off, or is no TOTP secret')
  if (!algorithms.includes(algorithm)) throw invalid(`the algorithm must be one of ${algorithms.join(', ')}`)
  if (!isWithin(digits, 6, 8)) throw invalid('digits must be 6, 7 or 8')
  if (!isWithin(period, 1, 300)) throw invalid('period must be 1 to 300 seconds')
  return { secret: base32, digits, period, algorithm }
}

interface UrlParameters {
  readonly secret: string
  readonly digits?: number
  readonly period?: number
  readonly algorithm?: string
}

/** Read a URL in the form of Google Authenticator's key URIs. */
function readUrl(text: string): UrlParameters {
  const url = URL.canParse(text) ? new URL(text) : null
  const secret = url?.searchParams.get('secret')
  // For a scheme that they do not know, engines take `totp` for different parts of the URL.
  if (url === null || !secret || !/^otpauth:\/\/totp[/?]/i.test(text))
    throw invalid('the URL is no otpauth://totp/ URL with a secret')
  const { digits, period, algorithm } = Object.fromEntries(url.searchParams)
  return {
    secret,
    ...(digits === undefined ? {} : { digits: Number(digits) }),
    ...(period === undefined ? {} : { period: Number(period) }),
    ...(algorithm === undefined ? {} : { algorithm: algorithm.toUpperCase().replace('-', '') }),
  }
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}

function invalid(detail: string): ClientError {
  return new ClientError('invalid_secret', { detail })
}
