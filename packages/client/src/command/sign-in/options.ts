import type { Options } from '../arguments/option.ts'
import { secretOptions } from '../secret-source/options.ts'

/** Where the command takes a password from when nothing is said. */
export const defaultPasswordName = 'LATCHKEY_PASSWORD'

/** How a file of answers is opened. */
export const keyOptions: Options = {
  'passphrase-env': { value: 'NAME', help: 'the variable with the passphrase of the answers' },
  'key-file': { value: 'FILE', help: 'the file with the key of the answers' },
}

/** How the server is called. */
export const serverOptions: Options = {
  timeout: { value: 'SECONDS', help: 'longest wait for an answer (10)' },
  'allow-http': { value: null, help: 'lets passwords and codes go over http: to other machines' },
}

/** Who signs in, and what with. */
export const signInOptions: Options = {
  username: { value: 'NAME', help: 'the user name; without it, it is asked' },
  field: { value: 'NAME=VALUE', help: 'another field of the login; more than once for more', multiple: true },
  'password-env': { value: 'NAME', help: `the variable with the password (${defaultPasswordName})` },
  'password-file': { value: 'FILE', help: 'the file whose first line is the password' },
  ...secretOptions,
  'code-env': { value: 'NAME', help: 'the variable with a code, which is tried once' },
  answers: { value: 'FILE', help: 'the file with answers to questions, which learns new ones' },
  ...keyOptions,
  prefer: { value: 'METHOD', help: 'the factor to be asked first; more than once for an order', multiple: true },
  'max-attempts': { value: 'N', help: 'most tries of the second factor (3)' },
  ...serverOptions,
}
