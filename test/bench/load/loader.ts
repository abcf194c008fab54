// The process that load comes from.
import { setTimeout as pause } from 'node:timers/promises'
import { answerParent } from '../../processes/answer.ts'
import { codeOf } from '../people.ts'
import type { Target } from '../target.ts'
import { type Client, createClient } from './client.ts'
import { type Stretch, stretchOf } from './figures.ts'

/** Load that keeps a number of journeys under way, for so long or until `users` of them, from `first` on, have signed in. */
export interface Closed {
  readonly target: Target
  readonly atOnce: number
  readonly seconds: number
  readonly users: number
  readonly first: number
}

/** Journeys that begin at a steady rate, however long they take; `users` take turns, from `first` on. */
export interface Steady {
  readonly target: Target
  readonly perSecond: number
  readonly seconds: number
  readonly users: number
  readonly first: number
  /** Wrong guesses at one instant, a quarter into the time, on one user who is not among the others. */
  readonly flood?: { readonly user: number; readonly guesses: number }
}

/** What came of a flood: how many answers of each status, and how long it took to give them all. */
export interface Flooded {
  readonly statuses: Readonly<Record<string, number>>
  readonly ms: number
}

async function closed({ target, atOnce, seconds, users, first }: Closed): Promise<Stretch> {
  const client = createClient(target, atOnce)
  const counted = counting(client)
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  let next = first
  const worker = async (): Promise<void> => {
    while (performance.now() < endsAt && next < first + users && counted.faults.length < 100) {
      next += 1
      await counted.signIn(next - 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const elapsedMs = performance.now() - startedAt
  await client.close()
  return stretchOf(counted.times, elapsedMs / 1000, counted.faults)
}

async function steady(load: Steady): Promise<Stretch & { readonly flood: Flooded | null }> {
  const { target, perSecond, seconds, users, first, flood } = load
  const client = createClient(target, 64)
  const counted = counting(client)
  const startedAt = performance.now()
  const flooding = flood === undefined ? null : pause(seconds * 250).then(() => flooded(target, flood))
  const underWay: Promise<void>[] = []
  for (let journey = 0; journey < perSecond * seconds; journey += 1) {
    const waitMs = startedAt + (journey * 1000) / perSecond - performance.now()
    if (waitMs > 0) await pause(waitMs)
    underWay.push(counted.signIn(first + (journey % users)))
    // An hour of promises is not to be kept.
    if (underWay.length >= 1000) await Promise.all(underWay.splice(0, 500))
  }
  await Promise.all(underWay)
  const elapsedMs = performance.now() - startedAt
  const came = await flooding
  await client.close()
  return { ...stretchOf(counted.times, elapsedMs / 1000, counted.faults), flood: came }
}

/** One login, whose token all guess on, over as many connections as there are guesses. */
async function flooded(target: Target, { user, guesses }: { user: number; guesses: number }): Promise<Flooded> {
  const client = createClient(target, guesses)
  const ticket = await client.logIn(user)
  const code = wrongCode(user)
  const startedAt = performance.now()
  const answers = await Promise.all(Array.from({ length: guesses }, () => client.answer(ticket, code)))
  const ms = performance.now() - startedAt
  await client.close()
  const statuses: Record<string, number> = {}
  for (const status of answers) statuses[status] = (statuses[status] ?? 0) + 1
  return { statuses, ms }
}

/** No code of these minutes. */
function wrongCode(user: number): string {
  const near = new Set([-90, -60, -30, 0, 30, 60, 90].map((seconds) => codeOf(user, Date.now() + seconds * 1000)))
  return (
    ['111111', '222222', '333333', '444444', '555555', '666666', '777777', '888888'].find((code) => !near.has(code)) ??
    ''
  )
}

/** Signs in and keeps the times of those that came through, and why others did not. */
function counting(client: Client) {
  const times: number[] = []
  const faults: string[] = []
  const signIn = async (user: number): Promise<void> => {
    const startedAt = performance.now()
    try {
      await client.signIn(user)
      times.push(performance.now() - startedAt)
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error))
    }
  }
  return { times, faults, signIn }
}

answerParent({ closed, steady }, 'ready')
