import type { MfaError } from '../../errors.ts'
import type { Storage } from '../../ports/storage.ts'
import { type Act, type Core, fail, type OperatorOptions, operatorAct } from '../decide.ts'

/** How far a walk has come. */
export interface ResealProgress {
  /** Users seen so far. */
  readonly seen: number
  /** Records sealed again by this walk. */
  readonly resealed: number
  /** Users whose record could not be opened or written. */
  readonly failed: readonly string[]
}

export interface ResealOptions extends Omit<OperatorOptions, 'requestId'> {
  /** Told after every user. */
  readonly onProgress?: ((progress: ResealProgress) => void) | undefined
  /** Ends the walk after the user at hand; it resolves with what was done. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Seals every record with the first secret, so that the others can be taken off the list. A record that is so
 * already costs one read, hence a walk that was broken off is resumed by starting it again. One user's fault has
 * its event and does not end it.
 */
export async function reseal(core: Core, storage: Storage, options: ResealOptions): Promise<ResealProgress> {
  const act = operatorAct('reseal', '', options)
  let progress: ResealProgress = { seen: 0, resealed: 0, failed: [] }
  const failed: string[] = []
  for await (const userId of storage.userIds()) {
    if (options.signal?.aborted === true) break
    const outcome = await resealOne(core, { ...act, userId })
    if (outcome === 'failed') failed.push(userId)
    progress = { seen: progress.seen + 1, resealed: progress.resealed + (outcome === true ? 1 : 0), failed }
    options.onProgress?.(progress)
  }
  return progress
}

async function resealOne(core: Core, act: Act): Promise<boolean | 'failed'> {
  try {
    return await core.commit.reseal(act.userId)
  } catch (error) {
    const refusal = error as MfaError
    fail(core, act, { error: refusal, cause: refusal.cause })
    return 'failed'
  }
}
