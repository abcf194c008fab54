import type { Client, Session } from '../../client.ts'
import { isClientError } from '../../errors.ts'
import { MfaRequiredError } from '../../login/mfa-required-error.ts'
import type { Answering, Asked } from '../../ports.ts'
import { unusedCode } from '../../totp/unused-code.ts'
import { wholeNumber } from '../arguments/numbers.ts'
import type { Arguments } from '../arguments/read.ts'
import type { Shell } from '../shell.ts'
import { noticeListener } from '../terminal/notices.ts'
import type { Means } from './open-client.ts'

interface Resumed {
  readonly client: Client
  readonly means: Means
}

/**
 * Answers a login that was taken up, as the client answers its own: by the secret, by memory, by a person.
 *
 * @throws MfaRequiredError where none of them answers
 */
export async function goOn(resumed: Resumed, given: Arguments, shell: Shell): Promise<Session> {
  const mostTries = wholeNumber(given, 'max-attempts', [1, 10]) ?? 3
  let refusal: unknown = null
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const asked = { attemptsLeft: mostTries - tries + 1, refused: refusal !== null }
    const answer = await answerOf(resumed, shell, asked)
    if (answer === null) break
    try {
      return await resumed.client.submit(answer, { signal: shell.signal })
    } catch (error) {
      if (!isClientError(error) || error.code !== 'invalid_code') throw error
      refusal = error
    }
  }
  const { pending } = resumed.client
  if (refusal !== null || pending === null) throw refusal
  throw new MfaRequiredError(pending)
}

async function answerOf(
  { client, means }: Resumed,
  shell: Shell,
  tries: Pick<Asked, 'attemptsLeft' | 'refused'>,
): Promise<Answering | null> {
  const { pending } = client
  if (pending === null) return null
  const { methods, question, propositions } = pending
  // What was refused once, the secret and memory would give again.
  if (!tries.refused) {
    if (means.totp && methods.includes('totp')) return { code: await codeOf(means.totp, client, shell) }
    const known = question === null ? [] : ((await means.answers?.getAll(question)) ?? [])
    const answer = known.findLast((one) => propositions.length === 0 || propositions.includes(one))
    if (answer !== undefined) return { answer }
  }
  const [method = ''] = methods
  const isSent = method === 'one_time_code' && shell.mayAsk && !tries.refused
  const sentTo = isSent ? (await client.sendCode({}, { signal: shell.signal })).sentTo : null
  const asked = { method, methods, question, propositions, sentTo, ...tries, signal: shell.signal }
  return (await means.prompt?.(asked)) ?? null
}

async function codeOf(totp: NonNullable<Means['totp']>, client: Client, shell: Shell): Promise<string> {
  const { now, sleep, signal } = shell
  const clock = {
    now() {
      const { offsetSeconds = 0, precisionSeconds = 0 } = client.clock() ?? {}
      return { nowMs: now() + offsetSeconds * 1000, precisionMs: precisionSeconds * 1000 }
    },
  }
  const { code } = await unusedCode(totp, { clock, sleep, notify: noticeListener(shell) }, signal)
  return code
}
