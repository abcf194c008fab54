import { setTimeout as pause } from 'node:timers/promises'

/** There is no queue: whichever call asks again at the right moment is next. So ask at uneven times. */
const longestPauseMs = 25

/**
 * Repeats the attempt while it fails because others write at the same time, and lets the event loop run in between.
 *
 * Use it only for attempts that end whatever they began. A statement that stays begun takes part in whatever follows on
 * its connection. Repeating it would not run it twice, but others' work would depend on it.
 *
 * @throws what the attempt threw, if that was something else or the time is over
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
