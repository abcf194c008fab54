import { ClientError } from '../errors.ts'
import { mayHaveArrived, wasUnsent } from '../http/network-fault.ts'
import { isUnable, pause } from '../http/transport.ts'
import type { Settings } from '../options.ts'
import type { Answerer, Demanded, Given } from './answerers.ts'

/** What has to be proven, and to whom. */
export interface Proving<Result> {
  readonly demanded: () => Omit<Demanded, 'attemptsLeft' | 'refused' | 'signal'>
  /** Hands an answer to the server. @throws ClientError */
  readonly give: (given: Given) => Promise<Result>
  /** An answer was refused, so that what was asked is asked no more. */
  readonly refused?: () => void
  /** Nobody and nothing has an answer (any more). With the refusal of the last one, if there was one. */
  readonly unanswered: (refusal: ClientError | undefined) => Promise<Result>
  /**
   * Begins anew after a break in which nobody knows whether an answer has arrived; the result where nothing is asked any more.
   * Rejects with the break where it cannot.
   */
  readonly again: (broken: unknown) => Promise<Result | null>
  readonly signal: AbortSignal | undefined
}

/**
 * Answers with what the options have, up to `maxAttempts` times.
 *
 * @throws ClientError as the server says, but for a wrong answer
 */
export async function prove<Result>(
  settings: Settings,
  answerers: readonly Answerer[],
  proving: Proving<Result>,
): Promise<Result> {
  const { maxAttempts, notify } = settings
  let lastRefusal: ClientError | undefined
  for (let tries = 1; tries <= maxAttempts; tries += 1) {
    const asked = { ...proving.demanded(), attemptsLeft: maxAttempts - tries + 1, refused: lastRefusal !== undefined }
    const given = await firstAnswer(answerers, { ...asked, signal: proving.signal })
    if (given === null) break
    try {
      return await proving.give(given)
    } catch (error) {
      if (tries < maxAttempts && given.by === 'secret' && isBreak(error)) {
        const result = await afterBreak(error, { settings, given, proving, tries })
        if (result !== null) return result
        continue
      }
      if (!(error instanceof ClientError) || error.code !== 'invalid_code') throw error
      const { attemptsRemaining } = error
      if (given.by !== 'person') notify({ type: 'refused', method: given.method, attemptsRemaining })
      lastRefusal = error
      proving.refused?.()
    }
  }
  return proving.unanswered(lastRefusal)
}

async function firstAnswer(answerers: readonly Answerer[], demanded: Demanded): Promise<Given | null> {
  for (const answerer of answerers) {
    const given = await answerer(demanded)
    if (given !== null) return given
  }
  return null
}

interface Broken<Result> {
  readonly settings: Settings
  readonly given: Given
  readonly proving: Proving<Result>
  readonly tries: number
}

function isBreak(error: unknown): boolean {
  return wasUnsent(error) || mayHaveArrived(error) || (error instanceof ClientError && isUnable(error.status))
}

/** Goes on after a break of the network: only codes that are made here, since each of them is another one. */
async function afterBreak<Result>(
  error: unknown,
  { settings, given, proving, tries }: Broken<Result>,
): Promise<Result | null> {
  const isUnsent = wasUnsent(error)
  if (isUnsent) await given.release?.()
  await pause(settings, tries, proving.signal)
  return isUnsent ? null : proving.again(error)
}
