/** Settings of the recovery codes. */
export interface RecoveryCodeSettings {
  /** How many a set has. @defaultValue 10 */
  readonly count: number
  /** Groups of four characters a code has. @defaultValue 2, or 3 with `reveal: 'once'` */
  readonly groups: number
  /** `'always'`: unused codes can be shown again. `'once'`: only salted scrypt hashes are kept. @defaultValue 'always' */
  readonly reveal: 'always' | 'once'
}

/** The defaults for a way to reveal. */
export function recoveryCodeDefaults(reveal: unknown): RecoveryCodeSettings {
  // One character of a hashed code tells its slot; a third group makes up for it.
  return reveal === 'once' ? { count: 10, groups: 3, reveal } : { count: 10, groups: 2, reveal: 'always' }
}

/** What is wrong with the settings, or null. */
export function recoveryCodeFault(settings: RecoveryCodeSettings): { name: string; message: string } | null {
  if (!['always', 'once'].includes(settings.reveal)) return { name: 'reveal', message: "must be 'always' or 'once'" }
  if (!Number.isInteger(settings.count) || settings.count < 1 || settings.count > 32) {
    return { name: 'count', message: 'must be 1 to 32' }
  }
  if (!Number.isInteger(settings.groups) || settings.groups < 2 || settings.groups > 8) {
    return { name: 'groups', message: 'must be 2 to 8 groups of four characters' }
  }
  return null
}
