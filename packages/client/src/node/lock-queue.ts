const tails = new Map<string, Promise<void>>()

/**
 * Wait until earlier work of this process is done with a file, so that a process has one mark at a time.
 *
 * @param limit - Resolves when the wait is too long. Its signal ends it earlier
 * @returns a function that ends the turn. `null` if the wait was too long
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
  // Later work still waits for the earlier work.
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
