import { createHash, randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Awaitable, Storage, StoredRecord } from '@latchkey/core'

/** What a user's newest file holds; no record once it was deleted. */
export interface Version {
  readonly userId: string
  readonly record: StoredRecord | null
}

/**
 * A sound storage in plain files, for several processes: a folder for each user, a file for each version, and a link that
 * can only be made once. A process may die at any line of it.
 */
export function fileStorage(folder: string, changes: Partial<FileAccess> = {}): Storage {
  const { newest, add, users }: FileAccess = { ...fileAccess(folder), ...changes }
  return {
    async get(userId) {
      return (await newest(userId)).record
    },
    async put(userId, record, expected) {
      const { number, record: stored } = await newest(userId)
      return (stored?.revision ?? null) === expected && (await add(number + 1, { userId, record }))
    },
    async delete(userId, expected) {
      const { number, record: stored } = await newest(userId)
      return stored?.revision === expected && (await add(number + 1, { userId, record: null }))
    },
    async *userIds() {
      for (const user of await users()) if ((await newest(user)).record !== null) yield user
    },
  }
}

/** A version by its number; 0 if there is none yet. */
export interface Numbered {
  readonly number: number
  readonly record: StoredRecord | null
}

/** How the storage reads and writes its files. */
export interface FileAccess {
  readonly newest: (userId: string) => Awaitable<Numbered>
  /** Says whether this version was not there yet. */
  readonly add: (number: number, version: Version) => Awaitable<boolean>
  readonly users: () => Awaitable<readonly string[]>
}

/** In one turn each, as the calls of a synchronous driver. */
export function fileAccess(folder: string) {
  return {
    newest(userId: string): Numbered {
      const number = Math.max(0, ...filesIn(folderOf(folder, userId)).map(Number))
      return { number, record: number === 0 ? null : read(join(folderOf(folder, userId), String(number))).record }
    },
    add(number: number, version: Version): boolean {
      const written = write(folder, version)
      try {
        fs.linkSync(written, join(folderOf(folder, version.userId), String(number)))
        return true
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
        throw error
      } finally {
        fs.unlinkSync(written)
      }
    },
    users(): readonly string[] {
      const folders = filesIn(folder).filter((name) => name.startsWith('user-'))
      return folders.flatMap((name) => {
        const [first] = filesIn(join(folder, name))
        return first === undefined ? [] : [read(join(folder, name, first)).userId]
      })
    },
  }
}

/** Writes a version beside the others, whole before it gets its place; gives its path. */
export function write(folder: string, version: Version): string {
  fs.mkdirSync(folderOf(folder, version.userId), { recursive: true })
  const path = join(folder, `written-${randomUUID()}`)
  fs.writeFileSync(path, JSON.stringify(version))
  return path
}

export function folderOf(folder: string, userId: string): string {
  return join(folder, `user-${createHash('sha256').update(userId).digest('hex')}`)
}

function filesIn(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder)
  } catch {
    return []
  }
}

function read(path: string): Version {
  const { userId, record } = JSON.parse(fs.readFileSync(path, 'utf8')) as Version
  return { userId, record: record === null ? null : { ...record, updatedAt: new Date(record.updatedAt) } }
}

/** Makes a lock file, as soon as nobody has it, and gives what removes it; a dead process never does. */
export async function lock(folder: string): Promise<() => void> {
  const path = join(folder, 'lock')
  for (let tries = 0; tries < 500; tries += 1) {
    try {
      fs.writeFileSync(path, '', { flag: 'wx' })
      return () => fs.unlinkSync(path)
    } catch {
      await pause(1)
    }
  }
  throw new Error('somebody has had the lock for too long')
}
