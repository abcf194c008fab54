import { mkdir, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { invalidFile, systemCode } from './file-faults.ts'

/** As many as Linux follows. */
const mostLinks = 40

/**
 * Find where a path leads after all links, whether there is a file or not. Make the folder, with mode 0700, if it is missing.
 *
 * @throws ClientError `invalid_file`
 */
export async function targetOf(path: string): Promise<string> {
  try {
    return await follow(resolve(path), mostLinks)
  } catch (error) {
    throw invalidFile(path, 'unwritable', error)
  }
}

async function follow(path: string, linksLeft: number): Promise<string> {
  if (linksLeft === 0) throw new Error('the links lead in a circle')
  const link = await readlink(path).catch(noLink)
  if (link !== null) return follow(resolve(dirname(path), link), linksLeft - 1)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  return join(await realpath(dirname(path)), basename(path))
}

function noLink(error: unknown): null {
  // EINVAL: it exists and is no link. Windows says UNKNOWN then.
  if (['EINVAL', 'ENOENT', 'UNKNOWN'].includes(systemCode(error) ?? '')) return null
  throw error
}
