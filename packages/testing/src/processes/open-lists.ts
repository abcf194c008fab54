import type { Storage } from '@latchkey/core'

/** Lists of a storage that other processes are reading, each by the name that its reader gave it. */
export interface OpenLists {
  /** The next id; opens the list if it is not open yet. */
  readonly next: (list: string) => Promise<{ readonly done: boolean; readonly value: unknown }>
  readonly leave: (list: string) => Promise<void>
  readonly leaveAll: () => void
}

/** No list is open yet. */
export function createOpenLists(storage: Storage): OpenLists {
  const open = new Map<string, AsyncIterator<string>>()
  const leave = async (list: string) => {
    const ids = open.get(list)
    open.delete(list)
    await ids?.return?.()
  }
  return {
    async next(list) {
      const ids = open.get(list) ?? storage.userIds()[Symbol.asyncIterator]()
      // A list that has ended or failed is no longer open.
      open.delete(list)
      const { done = false, value } = await ids.next()
      if (!done) open.set(list, ids)
      return { done, value }
    },
    leave,
    leaveAll() {
      for (const list of [...open.keys()]) void leave(list).catch(() => undefined)
    },
  }
}
