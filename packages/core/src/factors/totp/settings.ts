import type { TotpParameters, TotpSettings } from './parameters.ts'

/** RFC 6238's usual values, which every authenticator app knows. */
export const totpDefaults: TotpSettings = Object.freeze({
  algorithm: 'SHA1',
  digits: 6,
  period: 30,
  window: 1,
  authenticators: 5,
  secretBytes: 20,
  diagnose: false,
})

interface Fault {
  readonly name: string
  readonly message: string
}

/** What is wrong with an authenticator's parameters, or null. */
export function parameterFault(parameters: TotpParameters): Fault | null {
  if (!['SHA1', 'SHA256', 'SHA512'].includes(parameters.algorithm)) {
    return { name: 'algorithm', message: "must be 'SHA1', 'SHA256' or 'SHA512'" }
  }
  if (!isWhole(parameters.digits, 6, 8)) return { name: 'digits', message: 'must be 6, 7 or 8' }
  if (!isWhole(parameters.period, 15, 120)) return { name: 'period', message: 'must be 15 to 120 whole seconds' }
  return null
}

/** What is wrong with the settings, or null. */
export function settingsFault(settings: TotpSettings): Fault | null {
  const fault = parameterFault(settings)
  if (fault !== null) return fault
  if (!isWhole(settings.window, 0, 2)) return { name: 'window', message: 'must be 0, 1 or 2 steps' }
  if (!isWhole(settings.authenticators, 1, 20)) return { name: 'authenticators', message: 'must be 1 to 20' }
  if (!isWhole(settings.secretBytes, 16, 64)) {
    return { name: 'secretBytes', message: 'must be 16 to 64 (RFC 4226 wants at least 128 bits)' }
  }
  if (typeof settings.diagnose !== 'boolean') return { name: 'diagnose', message: 'must be true or false' }
  return null
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}
