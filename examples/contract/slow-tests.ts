import { vi } from 'vitest'

/** For tests that hash passwords and start programs: on a busy machine they take their time. */
export function allowSlowTests(): void {
  vi.setConfig({ testTimeout: 60_000 })
}
