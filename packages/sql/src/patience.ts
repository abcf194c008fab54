import { setTimeout as pause } from 'node:timers/promises'

/** There is no queue: the one that asks again at the right moment is next. So ask at uneven times. */
const longestPauseMs = 25

/**
 * Makes the attempt again while it fails because others write at the same time, and lets the event loop run in
 * between.
 *
 * Only for attempts that end whatever they began. A statement that stays begun takes part in whatever follows on its
 * connection: making it again would not do it twice, but others' work would hang on it.
 *
 * @throws what the attempt threw, if it was something else or the time is over
 */
export async function patiently<T>(
  attempt: () => T | Promise<T>,
  patienceMs: number,
  isPassing: (error: unknown) => boolean,
): Promise<T> {
  const deadline = performance.now() + patienceMs
  while (true) {
    try {
      return await attempt()
    } catch (error) {
      if (!isPassing(error) || performance.now() >= deadline) throw error
    }
    await pause(1 + Math.random() * longestPauseMs)
  }
}
