import { type HOTP, Secret, TOTP, URI } from 'otpauth'

/** What an authenticator app must know. Everything except the secret has the defaults of every app. */
export interface TotpParameters {
  /** Base32 of RFC 4648, as it stands in the `otpauth:` URL. */
  readonly secret: string
  /** @defaultValue `''` */
  readonly issuer?: string | undefined
  /** The account's name. @defaultValue `''` */
  readonly label?: string | undefined
  /** @defaultValue `'SHA1'` */
  readonly algorithm?: string | undefined
  /** @defaultValue 6 */
  readonly digits?: number | undefined
  /** Seconds. @defaultValue 30 */
  readonly period?: number | undefined
}

/** An authenticator app without a phone. It remembers which codes it has shown. */
export interface VirtualAuthenticator {
  /** Base32 of RFC 4648, without padding. */
  readonly secret: string
  readonly issuer: string
  readonly label: string
  readonly algorithm: string
  readonly digits: number
  /** Seconds. */
  readonly period: number
  /** The latest time step whose code was shown, `null` before the first. */
  readonly lastStep: number | null
  /** The time step at a time in milliseconds since 1970: floor(unix seconds / period). */
  readonly step: (nowMs: number) => number
  /** What the app shows at that time, again and again within one time step. */
  readonly code: (nowMs: number) => string
  /** The code of a time step. */
  readonly codeAt: (step: number) => string
  /** The code of the first time step, from now on, that is later than any step whose code was shown. So it is not used yet. */
  readonly nextCode: (nowMs: number) => string
  /** A code of the right length that belongs to none of the 20 steps before and after. */
  readonly wrongCode: (nowMs: number) => string
}

/**
 * Enrolls from what a user would scan or type into an app.
 *
 * @param source - An `otpauth://totp/…` URL with all its parameters, or the parameters themselves
 * @throws TypeError if it is not TOTP, or has no secret
 */
export function virtualAuthenticator(source: string | TotpParameters): VirtualAuthenticator {
  const totp = typeof source === 'string' ? parse(source) : create(source)
  let lastStep: number | null = null
  const step = (nowMs: number) => Math.floor(nowMs / 1000 / totp.period)
  const peek = (of: number) => totp.generate({ timestamp: of * totp.period * 1000 })
  const codeAt = (of: number) => {
    lastStep = Math.max(of, lastStep ?? of)
    return peek(of)
  }
  return Object.freeze<VirtualAuthenticator>({
    secret: totp.secret.base32,
    issuer: totp.issuer,
    label: totp.label,
    algorithm: totp.algorithm,
    digits: totp.digits,
    period: totp.period,
    get lastStep() {
      return lastStep
    },
    step,
    codeAt,
    code: (nowMs) => codeAt(step(nowMs)),
    nextCode: (nowMs) => codeAt(Math.max(step(nowMs), (lastStep ?? -1) + 1)),
    wrongCode: (nowMs) => wrongCode(totp.digits, peek, step(nowMs)),
  })
}

function parse(url: string): TOTP {
  const parsed: TOTP | HOTP = URI.parse(url)
  if (!(parsed instanceof TOTP)) throw new TypeError('the URL must be an otpauth://totp/ URL')
  return checkSecret(parsed)
}

function create({ secret, ...rest }: TotpParameters): TOTP {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return checkSecret(new TOTP({ label: '', issuer: '', ...given, secret: Secret.fromBase32(secret) }))
}

function checkSecret(totp: TOTP): TOTP {
  if (totp.secret.bytes.length === 0) throw new TypeError('the secret must not be empty')
  return totp
}

const near = 20

function wrongCode(digits: number, peek: (step: number) => string, step: number): string {
  const right = new Set<string>()
  for (let of = Math.max(0, step - near); of <= step + near; of += 1) right.add(peek(of))
  let wrong = 0
  while (right.has(String(wrong).padStart(digits, '0'))) wrong += 1
  return String(wrong).padStart(digits, '0')
}
