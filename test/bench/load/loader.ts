// The process that load comes from.
import { setTimeout as pause } from 'node:timers/promises'
import { answerParent } from '../../processes/answer.ts'
import { userAt } from '../people.ts'
import type { Target } from '../target.ts'
import { type Client, createClient } from './client.ts'
import { type Stretch, stretchOf } from './figures.ts'
import { requests } from './requests.ts'

/** Load that keeps a number of journeys under way, for so long or until `users` of them, from `first` on, have signed in. */
export interface Closed {
  readonly target: Target
  readonly atOnce: number
  readonly seconds: number
  readonly users: number
  readonly first: number
  /** Where given, these are turns among so many users, in the order of `userAt`. */
  readonly among?: number
  /** How far the server's clock is ahead. @defaultValue 0 */
  readonly aheadMs?: number
}

/** Journeys that begin at a steady rate, however long they take; `users` take turns, from `first` on. */
export interface Steady {
  readonly target: Target
  readonly perSecond: number
  readonly seconds: number
  readonly users: number
  readonly first: number
}

async function closed({ target, atOnce, seconds, users, first, among, aheadMs = 0 }: Closed): Promise<Stretch> {
  const client = createClient(target, atOnce)
  const counted = counting(client, aheadMs)
  await client.open()
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  let begun = 0
  const worker = async (): Promise<void> => {
    while (performance.now() < endsAt && begun < users && counted.faults.length < 100) {
      const turn = first + begun
      begun += 1
      await counted.signIn(among === undefined ? turn : userAt(turn, among), performance.now())
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const elapsedMs = performance.now() - startedAt
  await client.close()
  return stretchOf(counted.times, elapsedMs / 1000, counted.faults)
}

async function steady({ target, perSecond, seconds, users, first }: Steady): Promise<Stretch> {
  const client = createClient(target, 64)
  const counted = counting(client)
  await client.open()
  const startedAt = performance.now()
  const underWay: Promise<void>[] = []
  for (let journey = 0; journey < perSecond * seconds; journey += 1) {
    // From when it was due: a server that stalls must not put off the journeys that would have shown it.
    const dueAt = startedAt + (journey * 1000) / perSecond
    const waitMs = dueAt - performance.now()
    if (waitMs > 0) await pause(waitMs)
    underWay.push(counted.signIn(first + (journey % users), dueAt))
    // An hour of promises is not to be kept.
    if (underWay.length >= 1000) await Promise.all(underWay.splice(0, 500))
  }
  await Promise.all(underWay)
  const elapsedMs = performance.now() - startedAt
  await client.close()
  return stretchOf(counted.times, elapsedMs / 1000, counted.faults)
}

/** Signs in and keeps the times of those that came through, and why others did not. */
function counting(client: Client, aheadMs = 0) {
  const times: number[] = []
  const faults: string[] = []
  const signIn = async (user: number, dueAt: number): Promise<void> => {
    try {
      await client.signIn(user, aheadMs)
      times.push(performance.now() - dueAt)
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error))
    }
  }
  return { times, faults, signIn }
}

answerParent({ closed, steady, requests }, 'ready')
