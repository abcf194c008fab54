// The process that floods come from: other than the one whose times are the figure, which it must not hold up.
import { answerParent } from '../../processes/answer.ts'
import { codeOf } from '../people.ts'
import type { Target } from '../target.ts'
import { createClient } from './client.ts'

/** Wrong guesses at one instant on one user, shared out over so many logins of that user. */
export interface Flood {
  readonly target: Target
  readonly user: number
  readonly guesses: number
  readonly logins: number
}

/** What came of a flood: how many answers of each status, and how long it took to give them all. */
export interface Flooded {
  readonly statuses: Readonly<Record<string, number>>
  readonly ms: number
}

let strike: (() => Promise<Flooded>) | null = null

/** Logs in, and opens as many connections as there will be guesses. */
async function prepare({ target, user, guesses, logins }: Flood): Promise<void> {
  const client = createClient(target, guesses)
  await client.open()
  const tickets = await Promise.all(Array.from({ length: logins }, () => client.logIn(user)))
  const code = wrongCode(user)
  strike = async () => {
    const startedAt = performance.now()
    const guess = (index: number) => client.answer(tickets[index % logins] ?? {}, code)
    const answers = await Promise.all(Array.from({ length: guesses }, (_, index) => guess(index)))
    const ms = performance.now() - startedAt
    await client.close()
    const statuses: Record<string, number> = {}
    for (const status of answers) statuses[status] = (statuses[status] ?? 0) + 1
    return { statuses, ms }
  }
}

/** No code of these minutes. */
function wrongCode(user: number): string {
  const near = new Set([-90, -60, -30, 0, 30, 60, 90].map((seconds) => codeOf(user, Date.now() + seconds * 1000)))
  const codes = ['111111', '222222', '333333', '444444', '555555', '666666', '777777', '888888']
  return codes.find((code) => !near.has(code)) ?? ''
}

answerParent({ prepare, strike: () => strike?.() }, 'ready')
