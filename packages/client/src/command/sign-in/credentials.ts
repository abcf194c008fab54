import { privateFile } from '../../node/private-file.ts'
import type { JsonObject } from '../../ports.ts'
import type { Arguments } from '../arguments/read.ts'
import { Failed, UsageError } from '../failures.ts'
import type { Shell } from '../shell.ts'
import { noticeListener } from '../terminal/notices.ts'
import { openPrompts } from '../terminal/prompts.ts'
import { defaultPasswordName } from './options.ts'

const secretFields = ['password', 'code', 'answer']

/**
 * Get the credentials for the app from the options, or from a person.
 *
 * @throws UsageError if something is missing and there is nobody to ask
 */
export async function readCredentials(given: Arguments, shell: Shell): Promise<JsonObject> {
  const fields = Object.fromEntries(given.all('field').map(readField))
  const username = await usernameOf(given, shell)
  const password = await passwordOf(given, shell)
  return { ...fields, ...(username === null ? {} : { username }), password }
}

function readField(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new UsageError('--field must be NAME=VALUE')
  if (secretFields.includes(name))
    throw new UsageError(`--field ${name}=… is refused on purpose: process lists show arguments. Use --password-env`)
  return [name, value]
}

/** The name of the user. Another field, such as `email`, may take its place. */
async function usernameOf(given: Arguments, shell: Shell): Promise<string | null> {
  const username = given.get('username')
  if (username !== null || given.all('field').length > 0) return username
  if (!shell.mayAsk) throw new UsageError('nothing says who signs in: use --username or --field')
  return openPrompts(shell).text('User name')
}

async function passwordOf(given: Arguments, shell: Shell): Promise<string> {
  const [name, file] = [given.get('password-env'), given.get('password-file')]
  if (name !== null && file !== null) throw new UsageError('name one password: --password-env or --password-file')
  if (file !== null) return firstLine(file, shell)
  const password = shell.env[name ?? defaultPasswordName]
  if (password) return password
  if (name !== null) throw new Failed('invalid_secret', `the variable ${name} has no password`)
  if (!shell.mayAsk) throw new UsageError(`there is no password: set ${defaultPasswordName}, or use --password-file`)
  return openPrompts(shell).hidden('Password')
}

/** Read the first line exactly, since a password may begin or end with any character. */
async function firstLine(path: string, shell: Shell): Promise<string> {
  // A file with several lines is another kind of file, which others may need.
  const isOurs = (text: string) => text.trimEnd().split('\n').length === 1
  const found = await privateFile(path, '--password-file', { onNotice: noticeListener(shell), isOurs }).read()
  const [line = ''] = found?.text.split(/\r?\n/, 1) ?? []
  if (line === '') throw new Failed('invalid_secret', `${path} has no password in its first line`)
  return line
}
