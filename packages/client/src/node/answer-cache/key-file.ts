import { randomBytes } from 'node:crypto'
import { invalidFile } from '../file-faults.ts'
import { withLock } from '../file-lock.ts'
import { isReadable } from '../json-object.ts'
import { type PrivateFile, type PrivateFileOptions, privateFile } from '../private-file.ts'
import { lengths } from './envelope.ts'

/**
 * Make a file with a new random key: 32 bytes as base64, with mode 0600. A file that exists stays as it is. If the key is lost,
 * so is everything encrypted with it: keep a copy elsewhere.
 *
 * @throws ClientError `invalid_file` if the file exists already, or cannot be written
 */
export async function createKeyFile(path: string): Promise<void> {
  const file = keyFile(path, 'path', {})
  await withLock(file.path, async () => {
    if ((await file.read()) !== null) throw invalidFile(file.path, 'is_there')
    await writeNewKey(file)
  })
}

/** Read the key of a file. @throws ClientError `invalid_file`, also if the file is missing */
export async function readKey(path: string, options: PrivateFileOptions): Promise<Uint8Array> {
  const file = keyFile(path, 'keyFile', options)
  return parseKey(file.path, (await file.read())?.text)
}

/** Read the key of a file, and make the file if it is missing. @throws ClientError `invalid_file` */
export async function readOrMakeKey(path: string, options: PrivateFileOptions): Promise<Uint8Array> {
  const file = keyFile(path, 'keyFile', options)
  return withLock(file.path, async () => {
    const found = await file.read()
    return found === null ? writeNewKey(file) : parseKey(file.path, found.text)
  })
}

function keyFile(path: string, name: string, options: PrivateFileOptions): PrivateFile {
  return privateFile(path, name, { ...options, isOurs: isReadable((text) => parseKey(path, text)) })
}

async function writeNewKey(file: PrivateFile): Promise<Uint8Array> {
  const key = randomBytes(lengths.key)
  await file.write(`${key.toString('base64')}\n`)
  return key
}

function parseKey(path: string, text: string | undefined): Uint8Array {
  if (text === undefined) throw invalidFile(path, 'missing')
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== lengths.key || key.toString('base64') !== text.trim()) throw invalidFile(path, 'not_a_key')
  return key
}
