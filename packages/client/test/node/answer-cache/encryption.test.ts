/**
 * The threat guarded here: somebody copies the file of answers, damages it, or puts another one in its place, and learns an answer,
 * has one taken for true, or has the reader burn its memory.
 */
import { createDecipheriv, scryptSync } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { answerCache, createKeyFile } from '../../../src/node/index.ts'
import type { Notice } from '../../../src/ports.ts'
import { besides, failure, freshPath, refusal } from '../folder.ts'

const passphrase = 'correct horse'
let path = ''
let keyFile = ''

beforeEach(() => {
  path = freshPath('qcm.json')
  keyFile = freshPath('qcm.key')
})

const text = (file = path) => readFileSync(file, 'utf8')
const envelope = () => JSON.parse(text())

const derived = vi.hoisted(() => ({ times: 0 }))
vi.mock('node:crypto', async (importActual) => {
  const actual = await importActual<typeof import('node:crypto')>()
  return {
    ...actual,
    scrypt: (...args: Parameters<typeof actual.scrypt>) => {
      derived.times += 1
      actual.scrypt(...args)
    },
  }
})

test('a file under a passphrase tells nothing, and any other program can open it', async () => {
  const cache = answerCache(path, { passphrase })
  await cache.add('Town?', 'Évry')
  expect(text()).not.toMatch(/Town|vry|correct/)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const { nonce, ciphertext, tag, ...head } = envelope()
  const { salt } = head.kdf
  expect(head).toEqual({ latchkey: 'answers', v: 1, kdf: { name: 'scrypt', N: 131_072, r: 8, p: 1, salt } })
  expect(Buffer.from(salt, 'base64url')).toHaveLength(16)
  const cost = { N: 131_072, r: 8, p: 1, maxmem: 2 ** 28 }
  const key = scryptSync(passphrase, Buffer.from(salt, 'base64url'), 32, cost)
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'))
  const kdf = `{"name":"scrypt","N":131072,"r":8,"p":1,"salt":"${salt}"}`
  decipher.setAAD(Buffer.from(`{"latchkey":"answers","v":1,"kdf":${kdf}}`))
  decipher.setAuthTag(Buffer.from(tag, 'base64url'))
  const plain = decipher.update(ciphertext, 'base64url', 'utf8') + decipher.final('utf8')
  expect(plain).toBe('{\n  "Town?": [\n    "Évry"\n  ]\n}')
  expect(await answerCache(path, { passphrase: () => passphrase }).get('Town?')).toBe('Évry')
})

test('a process that lost the lock to another does not write', async () => {
  const loseLock = () => {
    const marks = besides(path).filter((name) => name.includes('.lock.'))
    expect(marks).toHaveLength(1)
    for (const name of marks) unlinkSync(join(path, '..', name))
    return passphrase
  }
  expect(await refusal(answerCache(path, { passphrase: loseLock }).add('Town?', 'Paris'))).toBe('file_locked')
  expect(await refusal(answerCache(path).encrypt({ passphrase: loseLock }))).toBe('file_locked')
  expect(existsSync(path)).toBe(false)
})

test('one key a salt is derived, however many calls, and each write has a new nonce', async () => {
  const ask = vi.fn<() => Promise<string>>(async () => passphrase)
  const cache = answerCache(path, { passphrase: ask })
  derived.times = 0
  await cache.add('Town?', 'Paris')
  const first = envelope()
  await Promise.all([cache.get('Town?'), cache.add('Town?', 'Évry'), cache.questions()])
  expect(derived.times).toBe(1)
  expect(ask).toHaveBeenCalledTimes(1)
  expect(envelope().kdf).toEqual(first.kdf)
  expect(envelope().nonce).not.toBe(first.nonce)
})

test('an unencrypted file is read with a passphrase, and the next write encrypts it', async () => {
  writeFileSync(path, '{ "Town?": ["Paris"] }')
  const cache = answerCache(path, { passphrase })
  expect(await cache.get('Town?')).toBe('Paris')
  await cache.add('Town?', 'Paris')
  expect(text()).toContain('Paris')
  await cache.add('Town?', 'Évry')
  expect(text()).not.toContain('Paris')
  expect(await cache.getAll('Town?')).toEqual(['Paris', 'Évry'])
})

test('without the key the file says that one is needed, and stays as it is', async () => {
  await answerCache(path, { keyFile }).add('Town?', 'Paris')
  const before = text()
  const cache = answerCache(path)
  const error = await failure(cache.get('Town?'))
  expect(error).toMatchObject({ code: 'invalid_file', message: expect.stringMatching(/passphrase or a key file/) })
  expect(await refusal(cache.add('Town?', 'Lyon'))).toBe('invalid_file')
  expect(await refusal(cache.clear())).toBe('invalid_file')
  expect(text()).toBe(before)
})

test('a wrong passphrase, a wrong key, a cut and an altered file are refused alike', async () => {
  await answerCache(path, { passphrase }).add('Town?', 'Paris')
  const sound = text()
  const messages = new Set([(await failure(answerCache(path, { passphrase: 'another one' }).get('Town?'))).message])
  await createKeyFile(keyFile)
  messages.add((await failure(answerCache(path, { keyFile }).get('Town?'))).message)
  const cache = answerCache(path, { passphrase })
  for (const length of [30, 100, sound.length - 2]) {
    writeFileSync(path, sound.slice(0, length))
    messages.add((await failure(cache.get('Town?'))).message)
    expect(await refusal(cache.add('Town?', 'Lyon'))).toBe('invalid_file')
    expect(text()).toBe(sound.slice(0, length))
  }
  expect([...messages]).toEqual([expect.stringMatching(/^The file .*qcm\.json does not open/)])
})

const altered: readonly (readonly [string, (parts: ReturnType<typeof envelope>) => unknown])[] = [
  ['a ciphertext', (all) => ({ ...all, ciphertext: flip(all.ciphertext) })],
  ['a nonce', (all) => ({ ...all, nonce: flip(all.nonce) })],
  ['a tag', (all) => ({ ...all, tag: flip(all.tag) })],
  ['a short tag', (all) => ({ ...all, tag: Buffer.from(all.tag, 'base64url').subarray(0, 4).toString('base64url') })],
  ['a version', (all) => ({ ...all, v: 2 })],
  ['no nonce', (all) => ({ ...all, nonce: undefined })],
  ['a number', (all) => ({ ...all, ciphertext: 7 })],
  ['surplus bits', (all) => ({ ...all, tag: `${all.tag}=` })],
  ['another kdf', (all) => ({ ...all, kdf: { name: 'none' } })],
  ['a passphrase’s kdf', (all) => ({ ...all, kdf: { name: 'scrypt', N: 2, r: 1, p: 1, salt: 'A'.repeat(22) } })],
  ['no kdf', (all) => ({ ...all, kdf: null })],
]

function flip(encoded: string): string {
  const bytes = Buffer.from(encoded, 'base64url')
  bytes[0] = (bytes[0] ?? 0) ^ 1
  return bytes.toString('base64url')
}

test.each(altered)('a file with %s changed does not open', async (_, change) => {
  const cache = answerCache(path, { keyFile })
  await cache.add('Town?', 'Paris')
  writeFileSync(path, JSON.stringify(change(envelope())))
  expect(await refusal(cache.get('Town?'))).toBe('invalid_file')
})

test('the members may come in another order', async () => {
  const cache = answerCache(path, { keyFile })
  await cache.add('Town?', 'Paris')
  writeFileSync(path, JSON.stringify(Object.fromEntries(Object.entries(envelope()).toReversed())))
  expect(await cache.get('Town?')).toBe('Paris')
})

test.each([
  { N: 2 ** 21 },
  { N: 131_073 },
  { N: 1 },
  { N: 0 },
  { N: -2 },
  { N: 1.5 },
  { N: '131072' },
  { r: 9 },
  { r: 0 },
  { p: 2 },
  { salt: '' },
  { salt: 'A'.repeat(4000) },
  { salt: 7 },
])('a file that asks for %o costs nothing', async (cost) => {
  const salt = Buffer.alloc(16).toString('base64url')
  const kdf = { name: 'scrypt', N: 16, r: 1, p: 1, salt, ...cost }
  const [nonce, tag] = [Buffer.alloc(12).toString('base64url'), Buffer.alloc(16).toString('base64url')]
  writeFileSync(path, JSON.stringify({ latchkey: 'answers', v: 1, kdf, nonce, ciphertext: '', tag }))
  derived.times = 0
  expect(await refusal(answerCache(path, { passphrase }).get('Town?'))).toBe('invalid_file')
  expect(derived.times).toBe(0)
})

test('a file under a weaker scrypt is read, and written under the usual one', async () => {
  const { seal } = await import('../../../src/node/answer-cache/envelope.ts')
  const salt = Buffer.alloc(16, 7)
  const kdf = { name: 'scrypt', N: 1024, r: 8, p: 1, salt: salt.toString('base64url') } as const
  writeFileSync(path, seal('{ "Town?": ["Paris"] }', kdf, scryptSync(passphrase, salt, 32, { N: 1024, r: 8, p: 1 })))
  const cache = answerCache(path, { passphrase })
  expect(await cache.get('Town?')).toBe('Paris')
  await cache.add('Town?', 'Évry')
  expect(envelope().kdf).toMatchObject({ N: 131_072 })
  expect(envelope().kdf.salt).not.toBe(kdf.salt)
})

test('a passphrase is the same however its letters are composed', async () => {
  await answerCache(path, { passphrase: 'une phrase é'.normalize('NFD') }).add('Town?', 'Paris')
  expect(await answerCache(path, { passphrase: 'une phrase é'.normalize('NFC') }).get('Town?')).toBe('Paris')
})

test('a wrong passphrase is asked for anew', async () => {
  await answerCache(path, { passphrase }).add('Town?', 'Paris')
  const tries = ['wrong one', passphrase]
  const cache = answerCache(path, { passphrase: () => tries.shift() ?? '' })
  expect(await refusal(cache.get('Town?'))).toBe('invalid_file')
  expect(await cache.get('Town?')).toBe('Paris')
})

test('a passphrase that cannot be asked for fails as it does, and is asked for anew', async () => {
  const error = new Error('nobody there')
  let isThere = false
  const cache = answerCache(path, { passphrase: () => (isThere ? passphrase : Promise.reject(error)) })
  expect(await failure(cache.add('Town?', 'Paris'))).toBe(error)
  isThere = true
  await cache.add('Town?', 'Paris')
  expect(await cache.get('Town?')).toBe('Paris')
})

test.each(['', '7 chars', undefined, 7])('%o is no passphrase', async (bad) => {
  if (bad !== undefined) expect(() => answerCache(path, { passphrase: bad as string })).toThrow(TypeError)
  const cache = answerCache(path, { passphrase: () => bad as string })
  expect(await failure(cache.add('Town?', 'Paris'))).toBeInstanceOf(TypeError)
  expect(existsSync(path)).toBe(false)
})

test('bad keys are TypeErrors', async () => {
  expect(() => answerCache(path, { passphrase, keyFile })).toThrow(/not both/)
  expect(() => answerCache(path, { keyFile: '' })).toThrow(/keyFile/)
  expect(() => answerCache(path, { keyFile: path })).toThrow(/keyFile/)
  expect(() => answerCache('')).toThrow(/file/)
  for (const key of [{}, { keyFile: path }, { passphrase, keyFile }])
    expect(await failure(answerCache(path).encrypt(key))).toBeInstanceOf(TypeError)
})

test('a key file is made once, for its owner alone', async () => {
  await createKeyFile(keyFile)
  const key = text(keyFile)
  expect(Buffer.from(key, 'base64')).toHaveLength(32)
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  expect(await refusal(createKeyFile(keyFile))).toBe('invalid_file')
  expect(text(keyFile)).toBe(key)
})

test('a key file that others may read is repaired and told', async () => {
  await createKeyFile(keyFile)
  chmodSync(keyFile, 0o644)
  const notices: Notice[] = []
  await answerCache(path, { keyFile, onNotice: (notice) => notices.push(notice) }).add('Town?', 'Paris')
  expect(notices).toEqual([{ type: 'mode_repaired', file: keyFile }])
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
})

test.each(['', 'short', Buffer.alloc(31).toString('base64'), `${Buffer.alloc(32).toString('base64')} and more`])(
  '%o is no key',
  async (content) => {
    writeFileSync(keyFile, content, { mode: 0o600 })
    writeFileSync(path, '{ "Town?": ["Paris"] }')
    expect(await refusal(answerCache(path).encrypt({ keyFile }))).toBe('invalid_file')
    expect([text(), text(keyFile)]).toEqual(['{ "Town?": ["Paris"] }', content])
  },
)

test('an encrypted file whose key file is gone is refused, and no new key is made', async () => {
  await answerCache(path, { keyFile }).add('Town?', 'Paris')
  const lost = join(keyFile, '..', 'lost.key')
  const cache = answerCache(path, { keyFile: lost })
  expect(await refusal(cache.get('Town?'))).toBe('invalid_file')
  expect(await refusal(cache.add('Town?', 'Lyon'))).toBe('invalid_file')
  expect(existsSync(lost)).toBe(false)
})

test('a file is encrypted, given another key, and decrypted in place, and its cache goes on', async () => {
  const cache = answerCache(path)
  await cache.add('Town?', 'Paris')
  await cache.encrypt({ keyFile })
  expect(envelope().kdf).toEqual({ name: 'key-file' })
  await cache.add('Town?', 'Évry')
  expect(text()).not.toContain('vry')
  await cache.encrypt({ passphrase })
  expect(envelope().kdf.name).toBe('scrypt')
  expect(await cache.getAll('Town?')).toEqual(['Paris', 'Évry'])
  expect(await refusal(answerCache(path, { keyFile }).get('Town?'))).toBe('invalid_file')
  await cache.decrypt()
  expect(text()).toBe('{\n  "Town?": [\n    "Paris",\n    "Évry"\n  ]\n}')
  await cache.add('Year?', '1970')
  expect(text()).toContain('1970')
})

test('encrypting a file that does not exist yet makes it, and decrypting makes nothing', async () => {
  await answerCache(path).decrypt()
  expect(existsSync(path)).toBe(false)
  await answerCache(path).encrypt({ keyFile })
  expect(await answerCache(path, { keyFile }).questions()).toEqual([])
  expect(await refusal(answerCache(path).questions())).toBe('invalid_file')
})

test('a read while the key changes gets the answer', async () => {
  const cache = answerCache(path)
  await cache.add('Town?', 'Paris')
  for (const change of [() => cache.encrypt({ keyFile }), () => cache.decrypt()]) {
    const [, ...read] = await Promise.all([change(), ...Array.from({ length: 40 }, () => cache.get('Town?'))])
    expect(new Set(read)).toEqual(new Set(['Paris']))
  }
})

test('answers of an encrypted file are merged with its key', async () => {
  await answerCache(path, { keyFile }).add('Town?', 'Paris')
  const plain = answerCache(freshPath('plain.json'))
  expect(await refusal(plain.merge(path))).toBe('invalid_file')
  expect(await plain.merge(path, { keyFile })).toEqual({ questions: 1, answers: 1 })
  expect(await plain.get('Town?')).toBe('Paris')
})
