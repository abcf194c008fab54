/** The rule guarded here: the command shows answers only if told to, and loses none. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Ran, runCommand } from '../run-command.ts'
import { freshFolder } from '../terminal.ts'

const env = { PASS: 'a long passphrase' }

interface Files {
  readonly path: (name: string) => string
  readonly write: (name: string, content: unknown) => string
  readonly read: (name: string) => unknown
  readonly answers: (...words: readonly string[]) => Promise<Ran>
}

function openFiles(): Files {
  const folder = freshFolder()
  const path = (name: string) => join(folder, name)
  return {
    path,
    write(name, content) {
      writeFileSync(path(name), typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 })
      return path(name)
    },
    read: (name) => JSON.parse(readFileSync(path(name), 'utf8')),
    answers: (...words) => runCommand(['answers', ...words], { env: { ...env, LATCHKEY_HOME: folder } }),
  }
}

test('list shows questions, and answers only with --show', async () => {
  const { write, answers } = openFiles()
  write('answers.json', { 'Where?': ['there', 'here'] })
  expect(await answers('list')).toEqual({ exitCode: 0, stdout: '   2  Where?\n', stderr: '' })
  expect((await answers('list', '--json')).stdout).not.toContain('here"')
  expect((await answers('list', '--show')).stdout).toContain('here')
  expect(JSON.parse((await answers('list', '--show', '--json')).stdout)).toEqual([
    { question: 'Where?', count: 2, answers: ['there', 'here'] },
  ])
})

test('the file is the first word, or --file, or answers.json in the state folder', async () => {
  const { path, write, answers } = openFiles()
  write('answers.json', { 'At home?': ['a'] })
  write('other.json', { 'Elsewhere?': ['a'] })
  expect((await answers('list')).stdout).toContain('At home?')
  expect((await answers('list', path('other.json'))).stdout).toContain('Elsewhere?')
  expect((await answers('list', '--file', path('other.json'))).stdout).toContain('Elsewhere?')
  expect((await answers('list', path('other.json'), '--file', path('answers.json'))).exitCode).toBe(2)
})

test('a file of another kind stays readable for others, whatever is asked of it', async () => {
  const { path, answers } = openFiles()
  const other = path('passwd')
  writeFileSync(other, 'root:x:0:0:root:/root:/bin/sh\n', { mode: 0o644 })
  for (const what of ['list', 'validate', 'clean']) expect((await answers(what, other)).exitCode).toBe(1)
  expect(statSync(other).mode & 0o777).toBe(0o644)
})

test('validate reports faults with exit code 1, and changes nothing', async () => {
  const { path, write, answers } = openFiles()
  write('bad.json', '{ "Where?": "here" }')
  const { exitCode, stdout } = await answers('validate', path('bad.json'))
  expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/^broken[\s\S]*^fault/m)])
  expect(readFileSync(path('bad.json'), 'utf8')).toBe('{ "Where?": "here" }')
  for (const words of [['list'], ['clean'], ['remove', 'Where?', '--file']]) {
    expect((await answers(...words, path('bad.json'))).exitCode).toBe(1)
  }
  write('good.json', { 'Where?': ['here', 'here'] })
  expect(await answers('validate', path('good.json'))).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^good[\s\S]*^warning/m),
  })
})

test('clean, merge and remove keep the rest', async () => {
  const { path, write, read, answers } = openFiles()
  write('answers.json', { 'Where?': ['here', 'there', 'here'], 'Empty?': [] })
  write('b.json', { 'Where?': ['nowhere'], 'Who?': ['me'] })
  write('c.json', { 'Why?': ['so'] })
  expect((await answers('clean')).exitCode).toBe(0)
  expect(read('answers.json')).toEqual({ 'Where?': ['there', 'here'] })
  expect((await answers('merge', path('b.json'), path('c.json'))).stdout).toContain('2 questions and 3 answers')
  expect(read('answers.json')).toMatchObject({ 'Who?': ['me'], 'Why?': ['so'] })
  expect((await answers('remove', 'Where?', 'nowhere')).exitCode).toBe(0)
  expect((await answers('remove', 'Who?')).exitCode).toBe(0)
  expect((await answers('remove', 'who?')).exitCode).toBe(1)
  expect(read('answers.json')).toEqual({ 'Where?': ['there', 'here'], 'Why?': ['so'] })
})

test('a file is encrypted with a passphrase, read, and decrypted', async () => {
  const { path, write, read, answers } = openFiles()
  write('answers.json', { 'Where?': ['here'] })
  expect((await answers('encrypt', '--passphrase-env', 'PASS')).exitCode).toBe(0)
  expect(readFileSync(path('answers.json'), 'utf8')).not.toContain('here')
  expect((await answers('list', '--show')).exitCode).toBe(1)
  expect((await answers('encrypt', '--passphrase-env', 'PASS')).exitCode).toBe(1)
  expect((await answers('list', '--show', '--passphrase-env', 'PASS')).stdout).toContain('here')
  expect((await answers('decrypt', '--passphrase-env', 'PASS')).exitCode).toBe(0)
  expect(read('answers.json')).toEqual({ 'Where?': ['here'] })
})

test('a missing key file is made, for its owner alone', async () => {
  const { path, write, answers } = openFiles()
  write('answers.json', { 'Where?': ['here'] })
  const key = ['--key-file', path('key')]
  expect((await answers('encrypt', ...key)).exitCode).toBe(0)
  expect(statSync(path('key')).mode & 0o777).toBe(0o600)
  expect((await answers('list', '--show', ...key)).stdout).toContain('here')
})

test('nothing is encrypted if nobody can be asked, and no missing file is made', async () => {
  const { path, write, answers } = openFiles()
  expect((await answers('encrypt', '--passphrase-env', 'PASS')).exitCode).toBe(1)
  expect(existsSync(path('answers.json'))).toBe(false)
  write('answers.json', { 'Where?': ['here'] })
  expect((await answers('encrypt')).exitCode).toBe(2)
  expect((await answers('encrypt', '--passphrase-env', 'NONE')).exitCode).toBe(1)
  const short = await runCommand(['answers', 'encrypt', path('answers.json'), '--passphrase-env', 'P'], {
    env: { P: 'short' },
  })
  expect(short.exitCode).toBe(2)
  expect(short.stderr).not.toContain('short\n')
})
