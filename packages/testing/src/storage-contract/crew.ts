import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Awaitable, Storage } from '@latchkey/core'
import { remoteStorage } from '../processes/remote-storage.ts'

/** Milliseconds in which a process must open its storage and serve it; only one that never does takes so long. */
const startTimeoutMs = 60_000

/** A process that has its own storage on the data of the case. */
export interface StorageProcess {
  readonly storage: Storage
  /** Ends it with SIGKILL, in whatever it does; resolves when it has gone. */
  readonly kill: () => Promise<void>
}

/** The processes of one case. */
export interface Crew {
  /** Starts so many; resolves when each has answered for this user, so that its connections are made. */
  readonly start: (count: number, userId: string) => Promise<readonly StorageProcess[]>
  /** Ends all, also those that are still being started. */
  readonly end: () => Promise<void>
}

/** A crew without anybody in it. */
export function createCrew(startProcess: () => Awaitable<ChildProcess>): Crew {
  const started: Promise<ChildProcess>[] = []
  return {
    start(count, userId) {
      const starting = Array.from({ length: count }, async () => await startProcess())
      started.push(...starting)
      return Promise.all(starting.map((one) => join(one, userId)))
    },
    async end() {
      for (const one of await Promise.allSettled(started)) if (one.status === 'fulfilled') await kill(one.value)
    },
  }
}

async function join(starting: Promise<ChildProcess>, userId: string): Promise<StorageProcess> {
  const child = await starting
  // One that cannot be started fails the calls; without a listener it would end this process as well.
  child.on('error', () => undefined)
  const storage = remoteStorage(child)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    child.kill('SIGKILL')
  }, startTimeoutMs)
  try {
    await storage.get(userId)
  } catch (error) {
    if (!isLate) throw error
    throw new Error('the process served no storage: does it call serveStorage(storage)?', { cause: error })
  } finally {
    clearTimeout(timer)
  }
  return { storage, kill: () => kill(child) }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
