import type { Client, PendingLogin, Session } from '../../client.ts'
import { isClientError } from '../../errors.ts'
import { tokenFile } from '../../node/index.ts'
import { privateFile } from '../../node/private-file.ts'
import type { TokenStorage } from '../../ports.ts'
import type { Arguments } from '../arguments/read.ts'
import { Failed } from '../failures.ts'
import { totpOf } from '../secret-source/secret-source.ts'
import type { Shell } from '../shell.ts'
import { openAnswers } from './answers-file.ts'
import { readCredentials } from './credentials.ts'
import { type Means, openClient } from './open-client.ts'
import { personOf } from './person.ts'

/** A client that can answer with everything that the options name. */
export interface Ready {
  readonly client: Client
  readonly means: Means
}

/** Make the client for a login. Nothing is sent. */
export async function prepare(given: Arguments, shell: Shell, tokenStorage: TokenStorage | null): Promise<Ready> {
  const file = given.get('answers')
  const means: Means = {
    totp: totpOf(given, shell),
    answers: file === null ? null : await openAnswers(file, given, shell),
    prompt: personOf(given, shell),
    tokenStorage,
  }
  return { client: openClient(given, shell, means), means }
}

/** Log in, or go on with the login that a file holds. If nobody answers, store the login in a file. */
export async function signIn(given: Arguments, shell: Shell): Promise<Ready & { readonly session: Session }> {
  const save = given.get('save')
  const ready = await prepare(given, shell, save === null ? null : tokenFile(save))
  const { client } = ready
  const resumed = given.get('resume')
  try {
    if (resumed === null) {
      const session = await client.login(await readCredentials(given, shell), { signal: shell.signal })
      return { ...ready, session }
    }
    await takeUp(client, resumed)
    const session = await client.proceed({ signal: shell.signal })
    // The login is used up.
    await privateFile(resumed, '--resume').remove()
    return { ...ready, session }
  } catch (error) {
    await keepPending(error, { client, given, shell })
    throw error
  }
}

async function takeUp(client: Client, file: string): Promise<void> {
  const found = await privateFile(file, '--resume').read()
  if (found === null) throw new Failed('invalid_file', `${file} does not exist`)
  let pending: unknown
  try {
    pending = JSON.parse(found.text)
    client.resume(pending as PendingLogin)
  } catch (error) {
    const why = error instanceof TypeError ? error.message.replace('pending', 'it') : 'it is not JSON'
    throw new Failed('invalid_file', `${file} holds no login that waits here: ${why}`)
  }
}

/** Store the login that waits. It is worth as much as a password, so only its owner can read the file. */
async function keepPending(
  error: unknown,
  { client, given, shell }: { readonly client: Client; readonly given: Arguments; readonly shell: Shell },
): Promise<void> {
  // By now a login that was taken up may ask something else.
  const file = given.get('pending') ?? given.get('resume')
  if (file === null || client.pending === null || !isClientError(error)) return
  await privateFile(file, '--pending').write(`${JSON.stringify(client.pending)}\n`)
  shell.say(`The login waits in ${file}: go on with latchkey login URL --resume ${file}`)
}
