// An authenticator app written from the RFCs alone: it shares no code with what it is shown.

import { createHmac } from 'node:crypto'
import { modulesOfSvg } from '../../packages/core/test/factors/totp/qr-images.ts'
import { readQr } from '../../packages/core/test/factors/totp/read-qr.ts'

/** What an app keeps of an account; all but the secret has the defaults of every app. */
export interface Account {
  /** Base32, as it was scanned or typed. */
  readonly secret: string
  readonly issuer?: string
  readonly label?: string
  readonly digits?: number
  readonly period?: number
}

/** The account in a QR code. */
export function scan(qrCodeDataUri: string): Required<Account> {
  return readUrl(readQr(modulesOfSvg(qrCodeDataUri)))
}

/** The account in an `otpauth:` URL. */
export function readUrl(url: string): Required<Account> {
  const { protocol, host, pathname, searchParams } = new URL(url)
  if (`${protocol}//${host}` !== 'otpauth://totp') throw new Error(`${url} is of no time-based app`)
  return {
    secret: searchParams.get('secret') ?? '',
    issuer: searchParams.get('issuer') ?? '',
    label: decodeURIComponent(pathname.slice(1)),
    digits: Number(searchParams.get('digits') ?? 6),
    period: Number(searchParams.get('period') ?? 30),
  }
}

/** What the app shows at a time: RFC 6238 over RFC 4226, with SHA-1. */
export function currentCode({ secret, digits = 6, period = 30 }: Account, nowMs: number): string {
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(nowMs / 1000 / period)))
  const mac = createHmac('sha1', readBase32(secret)).update(step).digest()
  const offset = mac.readUInt8(mac.length - 1) & 0xf
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits
  return String(number).padStart(digits, '0')
}

/** RFC 4648, as people type it: in either case, with spaces. */
function readBase32(text: string): Buffer {
  const letters = text.replaceAll(/[\s=]/g, '').toUpperCase()
  const values = [...letters].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter))
  if (values.length === 0 || values.includes(-1)) throw new Error('the secret is not Base32')
  const bits = values.map((value) => value.toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
