import * as fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Storage, StoredRecord } from '@latchkey/core'
import { fileAccess, fileStorage, folderOf, lock, type Numbered, type Version, write } from './file-storage.ts'

/** Storages in files by what is wrong with them. None shows it in one process alone. */
export const fileStorages = {
  sound: (folder: string) => fileStorage(folder),
  'checks and writes in two steps': twoSteps,
  'answers from a cache': cached,
  'acknowledges before it writes': acknowledgesFirst,
  'leaves its lock behind when it dies': locking,
  'holds a lock while it lists': lockedLists,
} satisfies Record<string, (folder: string) => Storage>

export type FileStorageName = keyof typeof fileStorages

/** Nothing comes between the steps in one process. */
function twoSteps(folder: string): Storage {
  const files = fileAccess(folder)
  const put = (number: number, version: Version) =>
    fs.renameSync(write(folder, version), join(folderOf(folder, version.userId), String(number)))
  return {
    ...fileStorage(folder),
    async put(userId, record, expected) {
      const { number, record: stored } = files.newest(userId)
      if ((stored?.revision ?? null) !== expected) return false
      put(number + 1, { userId, record })
      return true
    },
    async delete(userId, expected) {
      const { number, record: stored } = files.newest(userId)
      if (stored?.revision !== expected) return false
      put(number + 1, { userId, record: null })
      return true
    },
  }
}

function cached(folder: string): Storage {
  const sound = fileStorage(folder)
  const cache = new Map<string, StoredRecord | null>()
  return {
    ...sound,
    async get(userId) {
      const known = cache.get(userId)
      if (known !== undefined) return known === null ? null : { ...known, updatedAt: new Date(known.updatedAt) }
      const found = await sound.get(userId)
      cache.set(userId, found)
      return found
    },
    async put(userId, record, expected) {
      const won = await sound.put(userId, record, expected)
      cache.delete(userId)
      return won
    },
    async delete(userId, expected) {
      const won = await sound.delete(userId, expected)
      cache.delete(userId)
      return won
    },
  }
}

/** It answers from what it is about to write, so nobody in this process can tell. */
function acknowledgesFirst(folder: string): Storage {
  const files = fileAccess(folder)
  const unwritten = new Map<string, Numbered>()
  const seen = (userId: string) => structuredClone(unwritten.get(userId)) ?? files.newest(userId)
  return fileStorage(folder, {
    newest: seen,
    add(number, version) {
      if (seen(version.userId).number !== number - 1) return false
      const written = structuredClone({ number, record: version.record })
      unwritten.set(version.userId, written)
      setTimeout(() => {
        // The case may be over.
        if (!fs.existsSync(folder)) return
        files.add(number, { ...version, record: written.record })
        if (unwritten.get(version.userId) === written) unwritten.delete(version.userId)
      }, 1)
      return true
    },
    users: () => [...new Set([...files.users(), ...unwritten.keys()])],
  })
}

function locking(folder: string): Storage {
  const sound = fileStorage(folder)
  const locked = async <T>(call: () => Promise<T>): Promise<T> => {
    const unlock = await lock(folder)
    // Held for most of the time, so that a death meets it.
    await pause(5)
    return call().finally(unlock)
  }
  return {
    ...sound,
    put: (...write) => locked(() => sound.put(...write)),
    delete: (...removal) => locked(() => sound.delete(...removal)),
  }
}

function lockedLists(folder: string): Storage {
  const sound = fileStorage(folder)
  let unlock: (() => void) | null = null
  /** Its own lists hold nothing up in this process. */
  const unlocked = async <T>(call: () => Promise<T>): Promise<T> => {
    if (unlock === null) (await lock(folder))()
    return call()
  }
  return {
    ...sound,
    put: (...write) => unlocked(() => sound.put(...write)),
    delete: (...removal) => unlocked(() => sound.delete(...removal)),
    async *userIds() {
      unlock = await lock(folder)
      try {
        yield* sound.userIds()
      } finally {
        unlock()
        unlock = null
      }
    },
  }
}
