import { randomBytes, scrypt } from 'node:crypto'
import { resolve } from 'node:path'
import type { PrivateFileOptions } from '../private-file.ts'
import { type Kdf, lengths, type ScryptKdf } from './envelope.ts'
import { readKey, readOrMakeKey } from './key-file.ts'

/** A passphrase of at least 8 characters, or a function that gives it when it is needed. Meanwhile other processes may wait for the file. */
export type Passphrase = string | (() => string | Promise<string>)

/** What answers are encrypted with: one of the two. */
export interface AnswerKey {
  readonly passphrase?: Passphrase | undefined
  /** The path of a file that `createKeyFile` made. */
  readonly keyFile?: string | undefined
}

/** Gives keys for a file of answers. */
export interface Keyring {
  /** The key that opens the text. `null` if that was encrypted with another kind of key. @throws ClientError `invalid_file`; TypeError */
  keyFor(kdf: Kdf): Promise<Uint8Array | null>
  /** The key to encrypt with. Makes the key file if it is missing. @throws ClientError `invalid_file`; TypeError */
  keyToWrite(): Promise<{ readonly kdf: Kdf; readonly key: Uint8Array }>
  /** Hears that the latest key did not open the text. */
  forget(): void
}

/** OWASP's first choice for scrypt: 128 MiB, some tenths of a second. */
const cost = { N: 131_072, r: 8, p: 1 } as const
const shortest = 8

/** Make a keyring. `null` if there is neither passphrase nor key file. @throws TypeError if there are both, or one is bad */
export function createKeyring({ passphrase, keyFile }: AnswerKey, options: PrivateFileOptions): Keyring | null {
  if (passphrase !== undefined && keyFile !== undefined) throw new TypeError('Give passphrase or keyFile, not both')
  if (passphrase !== undefined) return passphraseKeyring(passphrase)
  if (keyFile === undefined) return null
  if (typeof keyFile !== 'string' || keyFile === '') throw new TypeError('keyFile must be the path of a file')
  return keyFileKeyring(resolve(keyFile), options)
}

function keyFileKeyring(path: string, options: PrivateFileOptions): Keyring {
  return Object.freeze<Keyring>({
    keyFor: async ({ name }) => (name === 'key-file' ? readKey(path, options) : null),
    keyToWrite: async () => ({ kdf: { name: 'key-file' }, key: await readOrMakeKey(path, options) }),
    forget: () => undefined,
  })
}

interface Remembered {
  readonly kdf: ScryptKdf
  readonly key: Promise<Uint8Array>
}

/** A keyring that remembers the key for the salt seen last, since each key costs some tenths of a second. */
function passphraseKeyring(source: Passphrase): Keyring {
  if (typeof source !== 'function') checkPassphrase(source)
  let latest: Remembered | null = null
  const derive = (kdf: ScryptKdf): Promise<Uint8Array> => {
    if (latest !== null && isSame(latest.kdf, kdf)) return latest.key
    const made: Remembered = { kdf, key: deriveKey(source, kdf) }
    latest = made
    made.key.catch(() => {
      if (latest === made) latest = null
    })
    return made.key
  }
  return Object.freeze<Keyring>({
    keyFor: async (kdf) => (kdf.name === 'scrypt' ? derive(kdf) : null),
    async keyToWrite() {
      const known = latest?.kdf
      const isStrong = known !== undefined && isSame(known, { ...known, ...cost })
      const salt = randomBytes(lengths.salt).toString('base64url')
      const kdf: ScryptKdf = isStrong ? known : { name: 'scrypt', ...cost, salt }
      return { kdf, key: await derive(kdf) }
    },
    forget() {
      latest = null
    },
  })
}

async function deriveKey(source: Passphrase, { N, r, p, salt }: ScryptKdf): Promise<Uint8Array> {
  const passphrase = typeof source === 'function' ? await source() : source
  checkPassphrase(passphrase)
  // RFC 8265 section 4.2: keyboards differ in how they compose letters.
  const text = passphrase.normalize('NFC')
  // Both tables of scrypt, and some room.
  const maxmem = 128 * r * (N + p + 8)
  return new Promise((resolve, reject) => {
    scrypt(text, Buffer.from(salt, 'base64url'), lengths.key, { N, r, p, maxmem }, (error, key) => {
      // If there is no error, Node gives null and Bun undefined.
      if (error instanceof Error) reject(error)
      else resolve(key)
    })
  })
}

function checkPassphrase(passphrase: string): void {
  if (typeof passphrase !== 'string' || passphrase.length < shortest)
    throw new TypeError(`passphrase must be a string of at least ${shortest} characters`)
}

function isSame(one: ScryptKdf, other: ScryptKdf): boolean {
  return one.N === other.N && one.r === other.r && one.p === other.p && one.salt === other.salt
}
