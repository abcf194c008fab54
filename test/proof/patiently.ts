import { setTimeout as pause } from 'node:timers/promises'

const tries = 300
const pauseMs = 100

/** Does it until it works: a pool has to find out that its connections are dead, and a client to come back. */
export async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await act()
    } catch (error) {
      if (left === 0) throw error
    }
    await pause(pauseMs)
  }
}
