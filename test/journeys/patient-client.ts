import { type Client, type ClientOptions, createClient } from '@latchkey/client'
import type { ManualClock } from '@latchkey/testing'

/** Where an app of a test is, and what time it is there. */
export interface AppAddress {
  /** Where Latchkey is mounted. */
  readonly baseUrl: string
  readonly clock: ManualClock
}

/** A client of an app: what it waits goes by on the app's clock. */
export function patientClient({ baseUrl, clock }: AppAddress, options: Partial<ClientOptions> = {}): Client {
  return createClient({
    baseUrl,
    now: clock.now,
    sleep: async (ms) => void clock.advance(ms / 1000),
    ...options,
  })
}
