import { ClientError } from '../errors.ts'
import { mayHaveArrived, wasUnsent } from '../http/network-fault.ts'
import { isUnable, pause } from '../http/transport.ts'
import type { Settings } from '../options.ts'
import type { Answerer, Demanded, Given } from './answerers.ts'

/** What must be proven, and to whom. */
export interface Proving<Result> {
  readonly demanded: () => Omit<Demanded, 'attemptsLeft' | 'refused' | 'signal'>
  /** Sends an answer to the server. @throws ClientError */
  readonly give: (given: Given) => Promise<Result>
  /** Hears that an answer was refused: the server no longer asks the same. */
  readonly refused?: () => void
  /** Hears that nothing has an answer, or has one left. Gets the last refusal, if there was one. */
  readonly unanswered: (refusal: ClientError | undefined) => Promise<Result>
  /**
   * Begins anew after the connection broke and nobody knows whether an answer has arrived. Resolves to the result if nothing
   * is asked now. Rejects with the error of the break if it cannot begin anew.
   */
  readonly again: (broken: unknown) => Promise<Result | null>
  readonly signal: AbortSignal | undefined
}

/**
 * Answer from the options, up to `maxAttempts` times.
 *
 * @throws ClientError as the server says, except for a wrong answer
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

/** Go on after the network broke. Only for codes that are made here, since each is a new one. */
async function afterBreak<Result>(
  error: unknown,
  { settings, given, proving, tries }: Broken<Result>,
): Promise<Result | null> {
  const isUnsent = wasUnsent(error)
  if (isUnsent) await given.release?.()
  await pause(settings, tries, proving.signal)
  return isUnsent ? null : proving.again(error)
}
