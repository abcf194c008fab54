import type { Options } from '../arguments/option.ts'

/** The variable with the TOTP secret if no option names another source. */
export const defaultSecretName = 'LATCHKEY_TOTP_SECRET'

/** The options that name a TOTP secret and the codes that it makes. */
export const secretOptions: Options = {
  'secret-env': { value: 'NAME', help: `the variable with the TOTP secret (${defaultSecretName})` },
  'secret-file': { value: 'FILE', help: 'the file with the TOTP secret: base32 or an otpauth: URL' },
  digits: { value: 'N', help: 'digits of a code, 6 to 8 (6)' },
  period: { value: 'SECONDS', help: 'how long a code lives (30)' },
  algorithm: { value: 'NAME', help: 'SHA1, SHA256 or SHA512 (SHA1)' },
  steps: { value: 'FILE', help: 'the file with used time steps (steps.json in the state folder)' },
}
