/** The rule guarded here: work on a file is done by one at a time, and a process that stopped in the middle keeps nobody out. */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { withLock } from '../../src/node/file-lock.ts'
import { newMark } from '../../src/node/file-marks.ts'
import { besides, failure, freshPath, refusal } from './folder.ts'

afterEach(() => void vi.useRealTimers())

const nowMs = Date.UTC(2026, 0, 1)

/** A clock that moves only while somebody waits. */
function manual(seconds = 10) {
  const waits: number[] = []
  const sleep = async (ms: number) => {
    waits.push(ms)
  }
  const now = () => nowMs + waits.reduce((sum, ms) => sum + ms, 0)
  return { timeoutSeconds: seconds, now, sleep, random: () => 0.5, waitedMs: () => now() - nowMs }
}

/** A mark of a process that is alive, or gone, or of another machine. */
function plant(path: string, { pid = process.ppid, isOfOtherHost = false, touchedMs = nowMs } = {}): string {
  const own = newMark(path, 'lock').split('.')
  own[own.length - 2] = String(pid)
  if (isOfOtherHost) own[own.length - 3] = '0'.repeat(16)
  const mark = own.join('.')
  writeFileSync(mark, '')
  utimesSync(mark, touchedMs / 1000, touchedMs / 1000)
  return mark
}

function pidOfTheDead(): number {
  return spawnSync(process.execPath, ['--version']).pid
}

test('work runs one at a time inside a process, in the order it came', async () => {
  const path = freshPath()
  const order: string[] = []
  const work = (name: string) =>
    withLock(path, async () => {
      order.push(`${name} in`)
      await stat(dirname(path))
      order.push(`${name} out`)
      return name
    })
  expect(await Promise.all(['a', 'b', 'c'].map(work))).toEqual(['a', 'b', 'c'])
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
  expect(besides(path)).toEqual([])
})

test('the mark belongs to its owner alone, and a process has one', async () => {
  const path = freshPath()
  const seen = await Promise.all([1, 2, 3].map(() => withLock(path, async () => besides(path))))
  for (const names of seen) expect(names).toHaveLength(1)
  await withLock(path, async () => {
    const [name = ''] = besides(path)
    expect(name).toMatch(new RegExp(`^file\\.json\\.lock\\.[0-9a-f]{16}\\.${process.pid}\\.[0-9a-f]{24}$`))
    expect(statSync(join(dirname(path), name)).mode & 0o777).toBe(0o600)
  })
})

test('work that throws frees the lock and its error comes as it is', async () => {
  const path = freshPath()
  const error = new Error('of the work')
  expect(await failure(withLock(path, () => Promise.reject(error)))).toBe(error)
  expect(besides(path)).toEqual([])
  expect(await withLock(path, async () => 'next')).toBe('next')
})

test('two names of one file are one lock', async () => {
  const path = freshPath()
  writeFileSync(path, '{}')
  const link = freshPath()
  symlinkSync(path, link)
  await withLock(path, async () => {
    expect(await refusal(withLock(link, async () => 'in', manual(0)))).toBe('file_locked')
  })
})

test('a lock that somebody holds is refused in time, with the name of the file', async () => {
  const path = freshPath()
  const clock = manual(7)
  const mark = plant(path)
  const touching = { ...clock, now: () => nowMs }
  const error = await failure(withLock(path, async () => 'in', touching))
  expect(error).toMatchObject({ code: 'file_locked', message: expect.stringContaining(basename(path)) })
  expect(clock.waitedMs()).toBeGreaterThanOrEqual(7000)
  expect(clock.waitedMs()).toBeLessThan(7100)
  expect(besides(path)).toEqual([basename(mark)])
})

test('work that waits too long in this process is refused, and work behind it keeps waiting', async () => {
  const path = freshPath()
  let free = (): void => undefined
  const held = new Promise<void>((resolve) => (free = resolve))
  const first = withLock(path, () => held)
  const late = withLock(path, async () => 'late', manual(1))
  const behind = withLock(path, async () => 'behind')
  expect(await refusal(late)).toBe('file_locked')
  let isIn = false
  const seen = behind.then(() => (isIn = true))
  await stat(dirname(path))
  expect(isIn).toBe(false)
  free()
  await first
  expect(await behind).toBe('behind')
  await seen
})

test('what a dead process has left keeps nobody waiting', async () => {
  const path = freshPath()
  const clock = manual()
  const mark = plant(path, { pid: pidOfTheDead() })
  const text = plant(path, { pid: pidOfTheDead() }).replace('.lock.', '.tmp.')
  writeFileSync(text, 'half a te')
  expect(await withLock(path, async () => 'in', clock)).toBe('in')
  expect(clock.waitedMs()).toBe(0)
  expect([existsSync(mark), existsSync(text)]).toEqual([false, false])
})

test.each([
  ['of this machine', false],
  ['of another machine', true],
])('a mark %s that nobody touches is taken over after 30 seconds', async (_, isOfOtherHost) => {
  const path = freshPath()
  const fresh = plant(path, { isOfOtherHost, touchedMs: nowMs - 29_000 })
  expect(await refusal(withLock(path, async () => 'in', { ...manual(0.5) }))).toBe('file_locked')
  expect(existsSync(fresh)).toBe(true)
  utimesSync(fresh, (nowMs - 31_000) / 1000, (nowMs - 31_000) / 1000)
  const clock = manual()
  expect(await withLock(path, async () => 'in', clock)).toBe('in')
  expect(clock.waitedMs()).toBeGreaterThan(5000)
  expect(existsSync(fresh)).toBe(false)
})

test('an old mark belongs to its owner if it is touched while somebody waits: the machine has slept', async () => {
  const path = freshPath()
  const clock = manual()
  const mark = plant(path, { touchedMs: nowMs - 3_600_000 })
  const sleep = async (ms: number) => {
    await clock.sleep(ms)
    if (clock.waitedMs() > 2000) utimesSync(mark, clock.now() / 1000, clock.now() / 1000)
  }
  expect(await refusal(withLock(path, async () => 'in', { ...clock, sleep }))).toBe('file_locked')
  expect(existsSync(mark)).toBe(true)
})

test('work that takes long touches its mark', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const path = freshPath()
  const later = nowMs + 60_000
  await withLock(
    path,
    async () => {
      const mark = join(dirname(path), besides(path)[0] ?? '')
      vi.advanceTimersByTime(2500)
      await vi.waitUntil(() => statSync(mark).mtimeMs === later)
    },
    { now: () => later },
  )
  expect(vi.getTimerCount()).toBe(0)
})

test('a process that lost the lock hears so before it writes', async () => {
  const path = freshPath()
  await withLock(path, async (lock) => {
    await lock.confirm()
    for (const name of besides(path)) unlinkSync(join(dirname(path), name))
    expect(await refusal(lock.confirm())).toBe('file_locked')
  })
})

test('a folder that is missing is made for its owner alone', async () => {
  const path = join(dirname(freshPath()), 'one', 'two', 'file.json')
  expect(await withLock(path, async () => 'in')).toBe('in')
  for (const folder of [dirname(path), dirname(dirname(path))]) expect(statSync(folder).mode & 0o777).toBe(0o700)
})

test('a folder that is none is an invalid file', async () => {
  const path = freshPath()
  writeFileSync(path, '')
  expect(await refusal(withLock(join(path, 'file.json'), async () => 'in'))).toBe('invalid_file')
  const name = join(dirname(path), 'x'.repeat(250))
  expect(await refusal(withLock(name, async () => 'in'))).toBe('invalid_file')
})

test.skipIf(process.getuid?.() === 0)('a folder that cannot be written is an invalid file', async () => {
  const path = join(dirname(freshPath()), 'closed', 'file.json')
  await mkdir(dirname(path))
  await chmod(dirname(path), 0o500)
  expect(await refusal(withLock(path, async () => 'in'))).toBe('invalid_file')
})
