import { open, stat, unlink, utimes } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as sleepFor } from 'node:timers/promises'
import { ClientError } from '../errors.ts'
import { invalidFile } from './file-faults.ts'
import { marksOf, newMark } from './file-marks.ts'
import { targetOf } from './file-target.ts'
import { turnAt } from './lock-queue.ts'
import { createWatch, type Watch } from './mark-watch.ts'

const touchMs = 2000
const longestWaitMs = 48

export interface LockOptions {
  /** How long to wait: for this process's own work, and then for other processes. @defaultValue 10 */
  readonly timeoutSeconds?: number
  /** Milliseconds since 1970. @defaultValue `Date.now` */
  readonly now?: () => number
  /** @defaultValue by timers */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<unknown>
  /** From 0 to below 1. @defaultValue `Math.random` */
  readonly random?: () => number
}

/** A lock that this process holds. */
export interface HeldLock {
  /** Throws if another process took over the lock, because this one stood still for too long. @throws ClientError `file_locked` */
  confirm(): Promise<void>
}

type Settings = Required<LockOptions>
const defaults: Settings = {
  timeoutSeconds: 10,
  now: () => Date.now(),
  sleep: (ms, signal) => sleepFor(ms, undefined, signal === undefined ? {} : { signal }),
  random: Math.random,
}

/**
 * Do some work while nobody else holds the lock of a file, in this process or another. It keeps out only those who ask for
 * the lock. The lock is freed when the work is done or throws, and when the process ends, however it ends. A lock inside
 * the same lock waits in vain.
 *
 * A file with a fixed name cannot be taken over from a dead process without a race. So each contender makes its own file,
 * then looks. It holds the lock if there is no other file. If two come at the same time, at least one sees the other.
 *
 * @throws ClientError `file_locked`; `invalid_file` if the folder cannot be written; what the work throws
 */
export async function withLock<Result>(
  path: string,
  work: (lock: HeldLock) => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  const settings = { ...defaults, ...options }
  const named = resolve(path)
  // First by the name, without a wait, so that calls are served in the order in which they come.
  return inTurn(named, settings, async () => {
    const target = await targetOf(named)
    const runLocked = () => whileLocked(target, work, settings)
    return target === named ? runLocked() : inTurn(target, settings, runLocked)
  })
}

async function inTurn<Result>(
  path: string,
  { sleep, timeoutSeconds }: Settings,
  work: () => Promise<Result>,
): Promise<Result> {
  const leave = await turnAt(path, (signal) => sleep(timeoutSeconds * 1000, signal))
  if (leave === null) throw heldTooLong(path)
  try {
    return await work()
  } finally {
    leave()
  }
}

async function whileLocked<Result>(
  target: string,
  work: (lock: HeldLock) => Promise<Result>,
  settings: Settings,
): Promise<Result> {
  const own = await acquire(target, settings)
  const stopTouching = keepFresh(own, settings.now)
  try {
    return await work(Object.freeze({ confirm: () => confirm(target, own) }))
  } finally {
    stopTouching()
    await drop(own)
  }
}

/** Wait until there is no other mark. @returns the path of this one's mark */
async function acquire(target: string, settings: Settings): Promise<string> {
  const watch = createWatch(settings.now)
  let waitedMs = 0
  try {
    for (let tries = 0; ; tries += 1) {
      const look = (own: string | null) => isTaken({ target, own, watch, waitedMs })
      // Look before as well, so that those who wait do not disturb each other.
      const own = (await look(null)) ? null : await contend(target, look)
      if (own !== null) return own
      if (waitedMs >= settings.timeoutSeconds * 1000) break
      const waitMs = 1 + settings.random() * Math.min(longestWaitMs, 2 ** tries)
      await settings.sleep(waitMs)
      waitedMs += waitMs
    }
  } catch (error) {
    throw invalidFile(target, 'unwritable', error)
  }
  throw heldTooLong(target)
}

async function contend(target: string, look: (own: string) => Promise<boolean>): Promise<string | null> {
  const own = newMark(target, 'lock')
  await (await open(own, 'wx', 0o600)).close()
  // If looking fails, the mark must go as well.
  const isLost = await look(own).catch(async (error: unknown) => {
    await drop(own)
    throw error
  })
  if (!isLost) return own
  await drop(own)
  return null
}

interface Looking {
  readonly target: string
  readonly own: string | null
  readonly watch: Watch
  readonly waitedMs: number
}

/** Whether somebody else has a mark that is not stale. Remove stale marks, and texts that were never put in place. */
async function isTaken({ target, own, watch, waitedMs }: Looking): Promise<boolean> {
  let taken = false
  for (const mark of await marksOf(target)) {
    if (mark.path === own) continue
    if (await watch.isStale(mark, waitedMs)) await drop(mark.path)
    else if (mark.kind === 'lock') taken = true
  }
  return taken
}

function keepFresh(own: string, now: () => number): () => void {
  const touch = (): void => {
    const seconds = now() / 1000
    utimes(own, seconds, seconds).catch(() => undefined)
  }
  const timer = setInterval(touch, touchMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** Remove a mark. One that cannot be removed grows stale. */
async function drop(path: string): Promise<void> {
  await unlink(path).catch(() => undefined)
}

async function confirm(target: string, own: string): Promise<void> {
  if ((await stat(own).catch(() => null)) === null) throw heldTooLong(target)
}

function heldTooLong(target: string): ClientError {
  return new ClientError('file_locked', { detail: `Somebody else held the file ${target} for too long` })
}
