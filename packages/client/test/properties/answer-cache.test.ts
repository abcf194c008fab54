// Whatever is added, removed, merged and cleaned, in whatever order and by whatever cache of the file, it holds what a map would.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AnswerCache, answerCache } from '../../src/node/index.ts'

let folder = ''
let files = 0

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-client-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const odd = fc.constantFrom('__proto__', 'constructor', '7', '07', 'É', 'E\u0301', 'latchkey', '"', '\\', '\n')
const text = fc.oneof(odd, fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }))
const question = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('__proto__', '7', 'É') },
  { weight: 2, arbitrary: odd },
  { weight: 1, arbitrary: text },
)
const answer = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c') }, { weight: 1, arbitrary: text })
const stored = fc.array(fc.tuple(fc.oneof(question, fc.constant('')), fc.array(fc.oneof(answer, fc.constant('')))), {
  maxLength: 5,
})
const act = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), question, answer }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('removeAnswer' as const), question, answer }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), question }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), other: stored }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('clean' as const, 'clear' as const) }) },
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never
type Model = Map<string, string[]>

function newPath(): string {
  files += 1
  return join(folder, `${files}.json`)
}

/** A file that another program wrote, in the order given. */
function writeOther(entries: Iterable<readonly [string, readonly string[]]>): string {
  const path = newPath()
  const members = [...entries].map(([name, list]) => `${JSON.stringify(name)}:${JSON.stringify(list)}`)
  writeFileSync(path, `{${members.join(',')}}`)
  return path
}

async function apply(cache: AnswerCache, model: Model, each: Act): Promise<void> {
  if (each.do === 'add') {
    await cache.add(each.question, each.answer)
    const known = model.get(each.question) ?? []
    if (known.at(-1) !== each.answer)
      model.set(each.question, [...known.filter((one) => one !== each.answer), each.answer])
  }
  if (each.do === 'remove') expect(await cache.remove(each.question)).toBe(model.delete(each.question))
  if (each.do === 'removeAnswer') {
    const list = model.get(each.question) ?? []
    const left = list.filter((one) => one !== each.answer)
    expect(await cache.removeAnswer(each.question, each.answer)).toBe(left.length < list.length)
    if (left.length < list.length) model.set(each.question, left)
    if (left.length === 0 && list.length > 0) model.delete(each.question)
  }
  if (each.do === 'merge') {
    for (const [name, list] of await answerCache(await merge(cache, each.other)).entries()) {
      const known = model.get(name) ?? []
      for (const one of list) if (!known.includes(one)) known.push(one)
      model.set(name, known)
    }
  }
  if (each.do === 'clear') {
    await cache.clear()
    model.clear()
  }
  if (each.do === 'clean') {
    await cache.clean()
    for (const [name, list] of [...model]) {
      const left = list.filter((one, index) => one !== '' && list.lastIndexOf(one) === index)
      if (left.length === 0 || name === '') model.delete(name)
      else model.set(name, left)
    }
  }
}

async function merge(cache: AnswerCache, other: readonly (readonly [string, readonly string[]])[]): Promise<string> {
  const path = writeOther(new Map(other))
  await cache.merge(path)
  return path
}

test('100 random lives of a file end as a map does', { timeout: 60_000 }, async () => {
  const keyFile = newPath()
  const play = async (
    first: readonly (readonly [string, readonly string[]])[],
    acts: readonly Act[],
    sealed: boolean,
  ) => {
    const model: Model = new Map([...new Map(first)].map(([name, list]) => [name, [...list]]))
    const path = writeOther(model)
    const options = sealed ? { keyFile } : {}
    for (const each of acts) await apply(answerCache(path, options), model, each)
    const cache = answerCache(path, options)
    expect(await cache.entries()).toEqual([...model])
    for (const [name, list] of model) if (name !== '') expect(await cache.get(name)).toBe(list.at(-1) ?? null)
  }
  const lives = fc.asyncProperty(stored, fc.array(act, { minLength: 1, maxLength: 12 }), fc.boolean(), play)
  const details = await fc.check(lives, { numRuns: 100 })
  expect(await fc.asyncDefaultReportMessage(details)).toBeUndefined()
  expect(details.numRuns).toBe(100)
})
