import type { Awaitable } from '@latchkey/core'

/** What one operation of a batch took, in microseconds; the processor's time is that of all threads. */
export interface Spent {
  readonly wallUs: number
  readonly cpuUs: number
}

/** Times a batch of so many operations. */
export async function timed(count: number, run: () => Awaitable<void>): Promise<Spent> {
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  await run()
  const wallMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  return { wallUs: (wallMs * 1000) / count, cpuUs: (user + system) / count }
}

/** Does something with each of a list, one after the other, and waits for nothing: what is synchronous pays for no promise. */
export function each<T>(list: readonly T[], act: (one: T, index: number) => void): Promise<Spent> {
  return timed(list.length, () => list.forEach(act))
}

/** Does something with each of a list, so many at once. */
export function several<T>(
  list: readonly T[],
  atOnce: number,
  act: (one: T, index: number) => Promise<unknown>,
): Promise<Spent> {
  const entries = list.entries()
  const worker = async (): Promise<void> => {
    for (const [index, one] of entries) await act(one, index)
  }
  return timed(list.length, async () => {
    await Promise.all(Array.from({ length: atOnce }, worker))
  })
}
