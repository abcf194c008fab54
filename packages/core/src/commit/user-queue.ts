/** Runs tasks of one key one after the other, tasks of different keys side by side. */
export interface UserQueue {
  run<T>(userId: string, task: () => Promise<T>): Promise<T>
}

/** A queue a user, so that a flood on one user costs no retries inside this process. */
export function createUserQueue(): UserQueue {
  const tails = new Map<string, Promise<unknown>>()
  return {
    run(userId, task) {
      const before = tails.get(userId)
      const mine = before === undefined ? task() : before.then(task, task)
      tails.set(userId, mine)
      const leave = (): void => {
        if (tails.get(userId) === mine) tails.delete(userId)
      }
      mine.then(leave, leave)
      return mine
    },
  }
}
