/** Takes note of how something that was opened is closed. */
export type Opened = (close: () => unknown) => void

/** Closes all that `act` has opened, the last first, also where something throws. */
export function closingAfter<T>(act: (opened: Opened) => Promise<T>): Promise<T> {
  const closes: (() => unknown)[] = []
  return act((close) => void closes.unshift(close)).finally(() => closeAll(closes))
}

async function closeAll([first, ...others]: readonly (() => unknown)[]): Promise<void> {
  if (first === undefined) return
  try {
    await first()
  } finally {
    await closeAll(others)
  }
}
