import { fieldError } from '../../errors.ts'
import type { Body } from '../../fields.ts'
import { normalizeBase32 } from './base32.ts'
import type { TotpAlgorithm, TotpData, TotpParameters } from './parameters.ts'
import { parameterFault } from './settings.ts'

/** A TOTP secret made by another system. */
export interface TotpImport {
  /** Base32, with or without padding, spaces and dashes. */
  readonly totpSecret: string
  /** @defaultValue 'SHA1' */
  readonly algorithm?: TotpAlgorithm | undefined
  /** @defaultValue 6 */
  readonly digits?: number | undefined
  /** Seconds. @defaultValue 30 */
  readonly period?: number | undefined
}

/**
 * An authenticator's data from another system's. Its parameters are kept, whatever the options say for new ones;
 * a secret under 128 bits is taken and flagged `weak_secret`.
 *
 * @throws MfaError `invalid_request` that names the field
 */
export function importTotp(from: Body): TotpData {
  const { totpSecret, algorithm = 'SHA1', digits = 6, period = 30 } = from
  const secret = typeof totpSecret === 'string' ? normalizeBase32(totpSecret) : null
  if (secret === null) throw fieldError('totpSecret', 'must be a base32 secret')
  const parameters = { algorithm, digits, period } as TotpParameters
  const fault = parameterFault(parameters)
  if (fault !== null) throw fieldError(fault.name, fault.message)
  return { secret, ...parameters, lastStep: -1 }
}
