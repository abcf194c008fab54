const tails = new Map<string, Promise<void>>()

/**
 * Waits until those of this process who came before are done with a file, so that a process has one mark at a time.
 *
 * @param limit - Ends when the wait is too long; its signal ends it before
 * @returns what ends the turn; `null` where the wait was too long
 */
export async function turnAt(
  target: string,
  limit: (signal: AbortSignal) => Promise<unknown>,
): Promise<(() => void) | null> {
  const before = tails.get(target)
  let end = (): void => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const mine = before === undefined ? ended : before.then(() => ended)
  tails.set(target, mine)
  const leave = (): void => {
    if (tails.get(target) === mine) tails.delete(target)
    end()
  }
  if (before === undefined || (await isInTime(before, limit))) return leave
  // Those behind still wait for those before.
  before.then(leave, leave)
  return null
}

async function isInTime(before: Promise<void>, limit: (signal: AbortSignal) => Promise<unknown>): Promise<boolean> {
  const timer = new AbortController()
  const late = limit(timer.signal).then(
    () => false,
    () => false,
  )
  try {
    return await Promise.race([before.then(() => true), late])
  } finally {
    timer.abort()
  }
}
