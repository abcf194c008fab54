export type TotpAlgorithm = 'SHA1' | 'SHA256' | 'SHA512'

/** What an authenticator app must know besides the secret; kept with each authenticator. */
export type TotpParameters = {
  readonly algorithm: TotpAlgorithm
  /** Length of a code, 6 to 8. */
  readonly digits: number
  /** Seconds of a time step, 15 to 120. */
  readonly period: number
}

/** A TOTP authenticator's part of the record. */
export type TotpData = TotpParameters & {
  /** Base32 (RFC 4648), upper case, no padding. */
  readonly secret: string
  /** The latest time step that was accepted; no code of it or of an earlier one is taken again. -1 at first. */
  readonly lastStep: number
  /** How far the latest accepted codes were from the step of their time, the newest last; what drift is learned from. */
  readonly offsets?: readonly number[]
  /** Later steps whose code was shown to be right without being used: they are never taken. */
  readonly burned?: readonly number[]
}

/** Settings of the factor for new authenticators, and the window for all. */
export interface TotpSettings extends TotpParameters {
  /** Steps before and after the current one that are accepted: 0, 1 or 2. */
  readonly window: number
  /** Most authenticators a user may have. */
  readonly authenticators: number
  /** Length of a new secret in bytes. */
  readonly secretBytes: number
  /** Whether users may ask why their codes are refused, at `/mfa/totp/diagnose`. */
  readonly diagnose: boolean
}
