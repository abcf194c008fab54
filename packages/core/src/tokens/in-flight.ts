/**
 * Asks once for all who ask the same before there is an answer: a flood of guesses on one token costs one look at its
 * signature. Nothing is remembered after that.
 */
export function sharedInFlight<T>(): (key: string, ask: () => Promise<T>) => Promise<T> {
  const inFlight = new Map<string, Promise<T>>()
  return (key, ask) => {
    const known = inFlight.get(key)
    if (known !== undefined) return known
    const asked = ask()
    inFlight.set(key, asked)
    const leave = (): void => void inFlight.delete(key)
    asked.then(leave, leave)
    return asked
  }
}
