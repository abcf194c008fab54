import type { Held, TokenStorage } from '../ports.ts'

/** Keep what signs a caller in until the process or the page ends. */
export function memoryTokens(): TokenStorage {
  let held: Held | null = null
  return {
    get: () => held,
    set(next) {
      held = next
    },
  }
}
