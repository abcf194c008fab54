import { byExtent } from '../extent.ts'
import { closingAfter } from '../opened.ts'
import type { Loader } from '../processes.ts'
import type { Section } from '../report/section.ts'
import { compared } from './compared.ts'

const load = byExtent({
  full: { users: 20_000, rounds: 4, seconds: 1.5, atOnce: 32 },
  quick: { users: 1500, rounds: 1, seconds: 0.5, atOnce: 32 },
  check: { users: 200, rounds: 1, seconds: 0.1, atOnce: 4 },
})
const enrollees = ([1, 5] as const).flatMap((authenticators) =>
  (['nothing', 'all'] as const).map((beside) => ({
    name: `${authenticators} ${authenticators === 1 ? 'authenticator' : 'authenticators'}, ${beside === 'all' ? 'full' : 'empty'} record`,
    settings: { holding: { authenticators, beside } },
  })),
)

/** One authenticator and five, the last of which is used; with nothing beside them, and with all that a record can hold. */
export function holdings(loader: Loader): Promise<Section> {
  return closingAfter(async (opened) => {
    const table = await compared(loader, enrollees, { ...load, opened })
    const caption = `Latchkey on Express in memory, ${load.atOnce} at once. A full record has recovery codes, counts of failures, ten sign-ins by tokens and fifty spent tokens beside its authenticators. The middle of ${load.rounds} rounds.`
    return { title: 'What a user has', tables: [{ ...table, caption }], goals: [] }
  })
}
