/** The threat guarded here: a passphrase, an answer, a secret or a token in an error, a notice, or what a debugger prints. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { answerCache, createKeyFile, environmentSecret, fileSecret, stepFile, tokenFile } from '../../src/node/index.ts'
import type { Notice } from '../../src/ports.ts'
import { failure, freshPath } from './folder.ts'

const canary = 'CANARY'
const passphrase = `${canary} passphrase`

/** All that an error or an object could show, hidden members and causes too. */
function shown(value: unknown): string {
  const deep = inspect(value, { depth: 10, showHidden: true, getters: true })
  return `${deep} ${String(value)} ${JSON.stringify(value)} ${value instanceof Error ? value.stack : ''}`
}

const contents = [
  canary,
  `{ "${canary}"`,
  `{ "q": ["${canary}" }`,
  `["${canary}"]`,
  `{ "q": "${canary}" }`,
  `{ "q": ["${canary}", 7] }`,
  `{ "latchkey": "answers", "${canary}": "${canary}" }`,
  `{ "latchkey": "answers", "${canary}`,
  `{ "tokens": { "authorization": 7, "refreshToken": "${canary}" }, "cookies": [] }`,
  Buffer.from(`${canary} É`, 'latin1'),
  canary.repeat(200_000),
  `# ${canary}`,
]

test.each(contents)('no error tells what is in a broken file (%#)', async (content) => {
  const path = freshPath()
  const key = freshPath('key')
  const notices: Notice[] = []
  const onNotice = (notice: Notice) => notices.push(notice)
  for (const file of [path, key]) writeFileSync(file, content, { mode: 0o644 })
  const calls = [
    () => answerCache(path, { passphrase, onNotice }).get('Town?'),
    () => answerCache(path, { onNotice }).add('Town?', canary),
    () => answerCache(freshPath(), { keyFile: key }).add('Town?', canary),
    () => stepFile(path, { onNotice }).take('alice', 7),
    () => tokenFile(path, { onNotice }).get(),
  ]
  for (const call of calls) {
    const error = await failure(call())
    expect(error).toMatchObject({ code: 'invalid_file' })
    expect(shown(error)).not.toContain(canary)
  }
  if (Buffer.isBuffer(content) || content.length > 1_048_576 || content.startsWith('#'))
    expect(shown(await failure(fileSecret(path, { onNotice })()))).not.toContain(canary)
  expect(shown(await answerCache(path, { onNotice }).validate())).not.toContain(canary)
  expect(shown(notices)).not.toContain(canary)
})

test('no error of a bad option or argument tells it', async () => {
  const errors = [
    () => answerCache('', { passphrase }),
    () => answerCache('file', { passphrase, keyFile: 'key' }),
    () => answerCache('file', { passphrase: 'CANARY' }),
    environmentSecret('NONE', { OTHER: canary }),
  ].map((call) => {
    try {
      return call()
    } catch (error) {
      return error
    }
  })
  const cache = answerCache(freshPath())
  errors.push(await failure(cache.add('Town?', canary.repeat(1000))))
  errors.push(await failure(cache.encrypt({ passphrase: 'CANARY' })))
  for (const error of errors) expect(error).toBeInstanceOf(Error)
  expect(shown(errors)).not.toContain(canary)
})

test('nothing that is handed out shows what it keeps', async () => {
  const path = freshPath()
  const key = freshPath('key')
  await createKeyFile(key)
  const cache = answerCache(path, { passphrase })
  await cache.add('Town?', canary)
  const tokens = tokenFile(freshPath())
  await tokens.set({ tokens: { authorization: canary }, cookies: [] })
  const wrong = await failure(answerCache(path, { passphrase: `${passphrase}!` }).get('Town?'))
  const secret = environmentSecret('TOTP', { TOTP: canary })
  expect(shown([cache, tokens, secret, wrong, await cache.validate()])).not.toContain(canary)
  const names = readdirSync(dirname(path))
  expect(names).toEqual(['file.json'])
  for (const name of names) expect(readFileSync(join(dirname(path), name), 'utf8')).not.toContain(canary)
})
