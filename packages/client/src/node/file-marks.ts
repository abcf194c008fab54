import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** What a mark is for: it holds a lock, or the text that is being written. */
export type MarkKind = 'lock' | 'tmp'

/** A file beside another one that says who works on it. Its name is never used again. */
export interface Mark {
  readonly path: string
  readonly kind: MarkKind
  readonly isOfThisHost: boolean
  readonly pid: number
}

const form = /^(lock|tmp)\.([0-9a-f]{16})\.(\d{1,10})\.[0-9a-f]{24}$/
let ownHost: string | undefined

/** A path for a new mark beside a file: `<path>.<kind>.<host digest>.<pid>.<random>`. */
export function newMark(path: string, kind: MarkKind): string {
  return `${path}.${kind}.${hostDigest()}.${process.pid}.${randomBytes(12).toString('hex')}`
}

/** The marks beside a file, from every process. A mark that exists for the whole call is never missed. */
export async function marksOf(path: string): Promise<readonly Mark[]> {
  const start = `${basename(path)}.`
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(start))
  return names.flatMap((name) => {
    const [, kind, host, pid] = form.exec(name.slice(start.length)) ?? []
    if (kind === undefined) return []
    const isOfThisHost = host === hostDigest()
    return [{ path: join(dirname(path), name), kind: kind as MarkKind, isOfThisHost, pid: Number(pid) }]
  })
}

/** Whether the process that made the mark is known to be gone. For another host, nobody here can tell. */
export function isOwnerGone({ isOfThisHost, pid }: Mark): boolean {
  if (!isOfThisHost) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/**
 * Name the place in which process ids mean the same. Machines may share a name, and containers a machine. So on Linux the
 * boot and the namespace of the ids are part of it.
 */
function hostDigest(): string {
  ownHost ??= createHash('sha256')
    .update([hostname(), ...linuxParts()].join('\n'))
    .digest('hex')
    .slice(0, 16)
  return ownHost
}

function linuxParts(): readonly string[] {
  try {
    return [readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), readlinkSync('/proc/self/ns/pid')]
  } catch {
    return []
  }
}
