import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { NoticeListener } from '../ports.ts'
import { invalidFile, systemCode } from './file-faults.ts'
import { mostBytes, removeFile, writeWhole } from './file-write.ts'

const hasModes = process.platform !== 'win32'
/** Without it, a pipe would wait for a writer forever. Windows has no such flag. */
const readOnly = constants.O_RDONLY | (hasModes ? constants.O_NONBLOCK : 0)

export interface PrivateFileOptions {
  /** Hears that the mode was repaired. */
  readonly onNotice?: NoticeListener | undefined
  /**
   * Whether a text is what such a file holds. Only then is a file closed to others who may use it: a mistyped path may name
   * a file that others need. @defaultValue no text is
   */
  readonly isOurs?: ((text: string) => boolean) | undefined
}

export interface Found {
  readonly text: string
  /** The permission bits as they were found, such as `0o600`. `null` on Windows. */
  readonly mode: number | null
  /** Whether others could use the file, and still can. */
  readonly isOpen: boolean
}

/** A text file that only its owner reads and writes. */
export interface PrivateFile {
  /** Absolute. */
  readonly path: string
  /** Reads it. `null` if it is missing. If others may use it and it is ours, closes it to them. @throws ClientError `invalid_file` */
  read(): Promise<Found | null>
  /**
   * Replaces the text, wholly or not at all: a new file takes the name, with mode 0600. If the path is a link, the file that
   * it leads to is replaced.
   *
   * @throws ClientError `invalid_file`
   */
  write(text: string): Promise<void>
  /** Removes it. @returns whether it existed. @throws ClientError `invalid_file` */
  remove(): Promise<boolean>
}

/** Make a private file of a path. @throws TypeError if the path is no string, or is empty. It calls the option by `name` */
export function privateFile(path: string, name: string, options: PrivateFileOptions = {}): PrivateFile {
  if (typeof path !== 'string' || path === '') throw new TypeError(`${name} must be the path of a file`)
  const absolute = resolve(path)
  return Object.freeze<PrivateFile>({
    path: absolute,
    read: () => read(absolute, options),
    write: (text) => writeWhole(absolute, text),
    remove: () => removeFile(absolute),
  })
}

async function read(path: string, { onNotice, isOurs = () => false }: PrivateFileOptions): Promise<Found | null> {
  let handle: FileHandle
  try {
    handle = await open(path, readOnly)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    throw invalidFile(path, 'unreadable', error)
  }
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) throw invalidFile(path, 'not_a_file')
    if (stats.size > mostBytes) throw invalidFile(path, 'too_large')
    const mode = hasModes ? stats.mode & 0o777 : null
    const text = decode(path, await readWhole(path, handle, stats.size))
    const isLoose = mode !== null && (mode & 0o077) !== 0
    const isRepaired = isLoose && isOurs(text)
    if (isRepaired) await closeToOthers(path, handle, onNotice)
    return { text, mode, isOpen: isLoose && !isRepaired }
  } finally {
    await handle.close()
  }
}

async function closeToOthers(path: string, handle: FileHandle, onNotice: NoticeListener | undefined): Promise<void> {
  try {
    await handle.chmod(0o600)
  } catch (error) {
    throw invalidFile(path, 'open_to_others', error)
  }
  try {
    onNotice?.({ type: 'mode_repaired', file: path })
  } catch {
    // A listener that throws changes nothing.
  }
}

async function readWhole(path: string, handle: FileHandle, size: number): Promise<Uint8Array> {
  // One byte more, to notice if it grows meanwhile.
  const bytes = new Uint8Array(size + 1)
  let length = 0
  try {
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length)
      length += bytesRead
      if (bytesRead === 0 || length === bytes.length) break
    }
  } catch (error) {
    throw invalidFile(path, 'unreadable', error)
  }
  if (length > size) throw invalidFile(path, 'unreadable')
  return bytes.subarray(0, length)
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    // Otherwise bad bytes would be replaced, and lost with the next write.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalidFile(path, 'not_utf8')
  }
}
