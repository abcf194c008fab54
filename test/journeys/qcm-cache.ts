// A client's own cache of answers, `qcm.json`: what its author keeps beside it, on the client's disk.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'

/** Answers by question, to the letter; the most recent is the last. */
export type Qcm = Readonly<Record<string, readonly string[]>>

/** What is in the file; nothing where it cannot be read. */
export function loadQcm(file: string): Qcm {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Qcm
  } catch {
    return {}
  }
}

export function writeQcm(file: string, qcm: Qcm): void {
  writeFileSync(file, JSON.stringify(qcm, null, 2))
}

/** With one answer more, as the last; one that is there already stays where it is. */
export function withAnswer(qcm: Qcm, question: string, answer: string): Qcm {
  const known = qcm[question] ?? []
  return known.includes(answer) ? qcm : { ...qcm, [question]: [...known, answer] }
}

/** Whether the file is one, and what there is to say of it. */
export function validateQcm(file: string): { readonly isValid: boolean; readonly said: readonly string[] } {
  if (!existsSync(file)) return { isValid: false, said: ['No cache file found'] }
  const data = parsed(readFileSync(file, 'utf8'))
  if (data === undefined) return { isValid: false, said: ['Invalid JSON'] }
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return { isValid: false, said: ['Invalid format: not a dictionary'] }
  const entries = Object.entries(data as Record<string, unknown>)
  const [bad] = entries.find(([, answers]) => !Array.isArray(answers)) ?? []
  if (bad !== undefined) return { isValid: false, said: [`Invalid answers for question: ${bad}`] }
  const empty = entries.filter(([, answers]) => (answers as unknown[]).length === 0)
  const warnings = empty.map(([question]) => `Warning: Empty answers for: ${question}`)
  return { isValid: true, said: [...warnings, `Cache valid: ${entries.length} questions`] }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Drops what is there twice and what is empty. */
export function cleanQcm(file: string): void {
  const unique = Object.entries(loadQcm(file)).map(([question, answers]) => [question, [...new Set(answers)]] as const)
  writeQcm(file, Object.fromEntries(unique.filter(([, answers]) => answers.length > 0)))
}

/** Adds to the answers of one file those of another. */
export function mergeQcm(first: string, second: string, output: string): void {
  const more = Object.entries(loadQcm(second)).flatMap(([question, answers]) =>
    answers.map((answer) => [question, answer] as const),
  )
  writeQcm(
    output,
    more.reduce((qcm, [question, answer]) => withAnswer(qcm, question, answer), loadQcm(first)),
  )
}

/** Takes the file away from everybody but its owner; true where that was needed. */
export function secureQcm(file: string): boolean {
  const isOpen = (statSync(file).mode & 0o077) !== 0
  if (isOpen) chmodSync(file, 0o600)
  return isOpen
}

/** Holds the cache, and keeps each change in a file of its owner's alone. */
export class MfaManager {
  readonly #file: string
  #cache: Qcm

  constructor(file: string) {
    this.#file = file
    this.#cache = loadQcm(file)
  }

  answer(question: string): string | null {
    return this.answers(question).at(-1) ?? null
  }

  answers(question: string): readonly string[] {
    return this.#cache[question] ?? []
  }

  add(question: string, answer: string): void {
    this.#save(withAnswer(this.#cache, question, answer))
  }

  remove(question: string): void {
    this.#save(Object.fromEntries(Object.entries(this.#cache).filter(([known]) => known !== question)))
  }

  clear(): void {
    this.#save({})
  }

  #save(cache: Qcm): void {
    this.#cache = cache
    writeQcm(this.#file, cache)
    chmodSync(this.#file, 0o600)
  }
}

/** The cache under a key that lies in another file. */
export class EncryptedQcm {
  readonly #file: string
  readonly #key: Buffer

  constructor(file: string, keyFile: string) {
    this.#file = file
    if (!existsSync(keyFile)) writeFileSync(keyFile, randomBytes(32), { mode: 0o600 })
    this.#key = readFileSync(keyFile)
  }

  load(): Qcm {
    if (!existsSync(this.#file)) return {}
    const sealed = readFileSync(this.#file)
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, 12))
    decipher.setAuthTag(sealed.subarray(12, 28))
    return JSON.parse(Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString()) as Qcm
  }

  save(qcm: Qcm): void {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    const sealed = Buffer.concat([cipher.update(JSON.stringify(qcm)), cipher.final()])
    writeFileSync(this.#file, Buffer.concat([nonce, cipher.getAuthTag(), sealed]))
    chmodSync(this.#file, 0o600)
  }
}
