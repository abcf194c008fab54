import type { Client, Confirmed } from '../../client.ts'
import { isClientError } from '../../errors.ts'
import { tokenFile } from '../../node/index.ts'
import type { Arguments } from '../arguments/read.ts'
import { setUpFactor } from '../enrollment/set-up-factor.ts'
import { UsageError } from '../failures.ts'
import type { Shell } from '../shell.ts'
import { readCredentials } from '../sign-in/credentials.ts'
import { signInOptions } from '../sign-in/options.ts'
import { prepare } from '../sign-in/sign-in.ts'
import { plainJson } from '../terminal/plain-text.ts'
import type { Command } from './command.ts'

/** `latchkey enroll` */
export const enroll: Command = {
  name: 'enroll',
  summary: 'sets up a second factor',
  usage: ['enroll URL [options]'],
  arity: [1, 1],
  options: {
    method: { value: 'METHOD', help: 'the factor: totp, one_time_code, question (totp)' },
    to: { value: 'ADDRESS', help: 'one_time_code: where to send codes' },
    name: { value: 'NAME', help: 'what the authenticator is called' },
    'secret-out': { value: 'FILE', help: 'stores the new secret for programs, and confirms without a person' },
    qr: { value: 'FILE', help: 'writes the QR code as a PNG' },
    session: { value: 'FILE', help: 'uses what `login --save FILE` stored, without a login' },
    save: { value: 'FILE', help: 'stores tokens and cookies for later programs' },
    ...signInOptions,
  },
  about: [
    'Logs in as `latchkey login` does, shows a QR code, and asks for its first code.',
    'Standard output gets { authenticator, recovery_codes }: as JSON, or as lines if it is a terminal.',
    'Recovery codes are shown once: keep them.',
  ],
  async run(given, shell) {
    const client = await openClient(given, shell)
    const confirmed = await setUpFactor(client, given, shell)
    report(confirmed, shell)
    return undefined
  },
}

/** Open a client that may enroll: signed in, or with a login that must enroll. */
async function openClient(given: Arguments, shell: Shell): Promise<Client> {
  const [session, save] = [given.get('session'), given.get('save')]
  if (session !== null && save !== null) throw new UsageError('name one file: --session or --save')
  const file = session ?? save
  const { client } = await prepare(given, shell, file === null ? null : tokenFile(file))
  if (session !== null) return client
  try {
    await client.login(await readCredentials(given, shell), { signal: shell.signal })
  } catch (error) {
    // The demand to enroll is what this command answers.
    if (!isClientError(error) || error.code !== 'mfa_enrollment_required') throw error
  }
  return client
}

function report({ authenticator, recoveryCodes }: Confirmed, shell: Shell): void {
  const { id, type, name, createdAt, lastUsedAt } = authenticator
  if (shell.isJson || shell.stdout.isTTY !== true) {
    const wire = { id, type, name, created_at: createdAt, last_used_at: lastUsedAt }
    shell.stdout.write(`${plainJson({ authenticator: wire, recovery_codes: recoveryCodes })}\n`)
  } else {
    const lines = recoveryCodes.map((code) => `  ${code}`)
    shell.result(null, [`Set up: ${name}`, ...(lines.length === 0 ? [] : ['Recovery codes:', ...lines])])
  }
  if (recoveryCodes.length > 0) shell.say('Keep the recovery codes: they are shown once, and each signs in once.')
}
