import { open, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { invalidFile, systemCode } from './file-faults.ts'
import { newMark } from './file-marks.ts'
import { targetOf } from './file-target.ts'

/** A larger file is none of ours. */
export const mostBytes = 1_048_576

/** Replace the text of a file, wholly or not at all. @throws ClientError `invalid_file`; the old text is then intact */
export async function writeWhole(path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length > mostBytes) throw invalidFile(path, 'too_large')
  const target = await targetOf(path)
  const known = await stat(target).catch(() => null)
  if (known !== null && !known.isFile()) throw invalidFile(path, 'not_a_file')
  const temporary = newMark(target, 'tmp')
  try {
    await writeDurably(temporary, bytes)
    await rename(temporary, target)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw invalidFile(path, 'unwritable', error)
  }
  await syncFolder(dirname(target))
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Make the new name survive a power failure. */
async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    // Windows and some file systems cannot do this. The file is whole either way.
  }
}

/** Remove a file. @returns whether it existed. @throws ClientError `invalid_file` */
export async function removeFile(path: string): Promise<boolean> {
  const target = await targetOf(path)
  try {
    await unlink(target)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    throw invalidFile(path, 'unwritable', error)
  }
  await syncFolder(dirname(target))
  return true
}
