import type { TotpOptions } from '../options.ts'
import { readTotp, type TotpParameters } from './secret.ts'

/** A code of a time step. */
export interface Code {
  readonly code: string
  /** RFC 6238's T. */
  readonly step: number
  /** Seconds until the step ends. */
  readonly secondsLeft: number
}

/** The code of a step. The library is loaded here, so that a page which makes no codes does not load it. */
export async function codeOfStep({ secret, digits, algorithm }: TotpParameters, step: number): Promise<string> {
  const { HOTP, Secret } = await import('otpauth')
  return HOTP.generate({ secret: Secret.fromBase32(secret), digits, algorithm, counter: step })
}

/**
 * The code that an authenticator app would show now.
 *
 * @param totp - As the option `totp` of `createClient`
 * @param nowMs - Milliseconds since 1970. @defaultValue this machine's time
 * @throws ClientError `invalid_secret`
 */
export async function currentCode(totp: TotpOptions, nowMs: number = Date.now()): Promise<Code> {
  const parameters = await readTotp(totp)
  const { period } = parameters
  const seconds = nowMs / 1000
  const step = Math.floor(seconds / period)
  return { code: await codeOfStep(parameters, step), step, secondsLeft: Math.ceil((step + 1) * period - seconds) }
}
