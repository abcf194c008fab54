import type { Options } from '../arguments/option.ts'
import { secretOptions } from '../secret-source/options.ts'

/** The variable with the password if no option names another source. */
export const defaultPasswordName = 'LATCHKEY_PASSWORD'

/** The options that open a file of answers. */
export const keyOptions: Options = {
  'passphrase-env': { value: 'NAME', help: 'the variable with the passphrase of the answers' },
  'key-file': { value: 'FILE', help: 'the file with the key of the answers' },
}

/** The options for calling the server. */
export const serverOptions: Options = {
  timeout: { value: 'SECONDS', help: 'longest wait for an answer (10)' },
  'allow-http': { value: null, help: 'allows passwords and codes over http: to other machines' },
}

/** The options that name the user and what to sign in with. */
export const signInOptions: Options = {
  username: { value: 'NAME', help: 'the user name; asked for if it is missing' },
  field: { value: 'NAME=VALUE', help: 'another field of the login; may be repeated', multiple: true },
  'password-env': { value: 'NAME', help: `the variable with the password (${defaultPasswordName})` },
  'password-file': { value: 'FILE', help: 'the file whose first line is the password' },
  ...secretOptions,
  'code-env': { value: 'NAME', help: 'the variable with a code, which is tried once' },
  answers: { value: 'FILE', help: 'the file with answers to questions, which learns new ones' },
  ...keyOptions,
  prefer: { value: 'METHOD', help: 'the factor to try first; may be repeated, for an order', multiple: true },
  'max-attempts': { value: 'N', help: 'most tries of the second factor (3)' },
  ...serverOptions,
}
