import { setImmediate as nextTurn } from 'node:timers/promises'

/** Runs tasks of one key one after the other, tasks of different keys side by side. */
export interface UserQueue {
  run<T>(userId: string, task: () => Promise<T>): Promise<T>
}

/**
 * A queue a user, so that a flood on one user costs no retries inside this process. Each task that waited begins in its
 * own turn of the event loop. Otherwise, with a fast storage, the whole flood would be worked off before anybody else is heard.
 */
export function createUserQueue(): UserQueue {
  const tails = new Map<string, Promise<unknown>>()
  return {
    run(userId, task) {
      const before = tails.get(userId)
      const inTurn = async () => {
        await nextTurn()
        return task()
      }
      const mine = before === undefined ? task() : before.then(inTurn, inTurn)
      tails.set(userId, mine)
      const leave = (): void => {
        if (tails.get(userId) === mine) tails.delete(userId)
      }
      mine.then(leave, leave)
      return mine
    },
  }
}
