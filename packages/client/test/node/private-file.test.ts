/** The threat guarded here: a file of secrets that others read, that a crash leaves half written, or that a link or pipe replaces. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { privateFile } from '../../src/node/private-file.ts'
import type { Notice } from '../../src/ports.ts'
import { besides, failure, freshPath, refusal } from './folder.ts'

/** Calls of a file handle, or of the file system, that fail the next time. */
const failing = new Map<string, string>()

function systemError(call: string): Error | null {
  const code = failing.get(call)
  return code === undefined ? null : Object.assign(new Error(`${code}: ${call}`), { code, syscall: call })
}

vi.mock('node:fs/promises', async (importActual) => {
  const actual = await importActual<typeof import('node:fs/promises')>()
  return {
    ...actual,
    rename: async (from: string, to: string) => {
      const error = systemError('rename')
      if (error !== null) throw error
      await actual.rename(from, to)
    },
    open: async (...args: Parameters<typeof actual.open>) => {
      const refused = args[1] === 'wx' ? systemError('open') : null
      if (refused !== null) throw refused
      const handle = await actual.open(...args)
      return new Proxy(handle, {
        get(target, name: keyof FileHandle) {
          const error = systemError(String(name))
          if (error !== null) return () => Promise.reject(error)
          const value = Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
})

afterEach(() => failing.clear())

/** Take any text for what such a file holds. */
const isOurs = () => true
const modeOf = (path: string) => statSync(path).mode & 0o777

test('a file that is missing is null, and what is written comes back', async () => {
  const path = freshPath()
  const file = privateFile(path, 'file')
  expect(await file.read()).toBeNull()
  await file.write('Évry\n')
  expect(await file.read()).toEqual({ text: 'Évry\n', mode: 0o600, isOpen: false })
  expect(modeOf(path)).toBe(0o600)
  expect(besides(path)).toEqual(['file.json'])
})

test.each([0o644, 0o640, 0o660, 0o604, 0o602, 0o620, 0o777])('mode %o is repaired and told', async (mode) => {
  const path = freshPath()
  const notices: Notice[] = []
  const file = privateFile(path, 'file', { isOurs, onNotice: (notice) => notices.push(notice) })
  writeFileSync(path, 'text')
  chmodSync(path, mode)
  expect(await file.read()).toEqual({ text: 'text', mode, isOpen: false })
  expect(modeOf(path)).toBe(0o600)
  expect(notices).toEqual([{ type: 'mode_repaired', file: path }])
  await file.read()
  expect(notices).toHaveLength(1)
})

test('a listener that throws changes nothing', async () => {
  const path = freshPath()
  writeFileSync(path, 'text', { mode: 0o644 })
  const onNotice = () => {
    throw new Error('of the listener')
  }
  expect((await privateFile(path, 'file', { isOurs, onNotice }).read())?.text).toBe('text')
})

test('a mode that cannot be repaired keeps the file from being read', async () => {
  const path = freshPath()
  writeFileSync(path, 'text', { mode: 0o644 })
  failing.set('chmod', 'EPERM')
  expect(await refusal(privateFile(path, 'file', { isOurs }).read())).toBe('invalid_file')
})

test('a file that holds something else stays as it is: others may need it, and the path was mistyped', async () => {
  const path = freshPath()
  const notices: Notice[] = []
  writeFileSync(path, 'root:x:0:0:root:/root:/bin/sh', { mode: 0o644 })
  const options = { isOurs: (text: string) => text.startsWith('{'), onNotice: (notice: Notice) => notices.push(notice) }
  expect(await privateFile(path, 'file', options).read()).toMatchObject({ mode: 0o644, isOpen: true })
  expect([modeOf(path), notices]).toEqual([0o644, []])
})

test.runIf(process.getuid?.() === 0)('another user’s file is read if its mode can be repaired', async () => {
  const path = freshPath()
  writeFileSync(path, 'text', { mode: 0o644 })
  chownSync(path, 65_534, 65_534)
  expect((await privateFile(path, 'file', { isOurs }).read())?.text).toBe('text')
  expect(modeOf(path)).toBe(0o600)
})

test('a write makes its folder for its owner alone, and takes a looser file’s place', async () => {
  const path = join(dirname(freshPath()), 'new', 'file.json')
  await privateFile(path, 'file').write('one')
  expect(modeOf(dirname(path))).toBe(0o700)
  chmodSync(path, 0o666)
  await privateFile(path, 'file').write('two')
  expect(modeOf(path)).toBe(0o600)
})

test('a pipe, a folder and a device are no files', async () => {
  const pipe = freshPath('pipe')
  execFileSync('mkfifo', [pipe])
  const folder = freshPath('folder')
  mkdirSync(folder)
  for (const path of [pipe, folder, '/dev/null']) {
    const file = privateFile(path, 'file')
    expect({ path, code: await refusal(file.read()) }).toEqual({ path, code: 'invalid_file' })
    expect({ path, code: await refusal(file.write('text')) }).toEqual({ path, code: 'invalid_file' })
  }
  expect(lstatSync(pipe).isFIFO()).toBe(true)
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
})

test('a file of more than 1 MiB is neither read nor written', async () => {
  const path = freshPath()
  const file = privateFile(path, 'file')
  await file.write('x'.repeat(1_048_576))
  expect((await file.read())?.text).toHaveLength(1_048_576)
  expect(await refusal(file.write('x'.repeat(1_048_577)))).toBe('invalid_file')
  expect((await file.read())?.text).toHaveLength(1_048_576)
  truncateSync(path, 1_048_577)
  expect(await refusal(file.read())).toBe('invalid_file')
})

test('a text that is not UTF-8 is not read, since a write would lose it', async () => {
  const path = freshPath()
  writeFileSync(path, Buffer.from('Évry', 'latin1'))
  expect(await refusal(privateFile(path, 'file').read())).toBe('invalid_file')
})

test('a link is followed, also to a file that does not exist yet', async () => {
  const target = freshPath('target.json')
  const path = freshPath()
  symlinkSync(target, path)
  const file = privateFile(path, 'file')
  for (const text of ['one', 'two']) {
    await file.write(text)
    expect(readFileSync(target, 'utf8')).toBe(text)
  }
  expect(readlinkSync(path)).toBe(target)
  expect(besides(target)).toEqual(['target.json'])
  expect(await file.remove()).toBe(true)
  expect(besides(target)).toEqual([])
  expect(await file.remove()).toBe(false)
})

test('links in a circle are an invalid file', async () => {
  const path = freshPath()
  symlinkSync(path, path)
  expect(await refusal(privateFile(path, 'file').read())).toBe('invalid_file')
  expect(await refusal(privateFile(path, 'file').write('text'))).toBe('invalid_file')
})

test.each([
  ['open', 'EACCES'],
  ['writeFile', 'ENOSPC'],
  ['sync', 'EIO'],
  ['rename', 'EACCES'],
])('if %s fails the old file is whole and nothing is left', async (call, code) => {
  const path = freshPath()
  const file = privateFile(path, 'file')
  await file.write('old')
  failing.set(call, code)
  const error = await failure(file.write('new'))
  expect(error).toMatchObject({ code: 'invalid_file', message: expect.stringContaining(code) })
  failing.clear()
  expect((await file.read())?.text).toBe('old')
  expect(besides(path)).toEqual(['file.json'])
})

test('a write puts another file in place, so that a reader sees the old one or the new one', async () => {
  const path = freshPath()
  const file = privateFile(path, 'file')
  await file.write('old')
  const before = freshPath('before')
  linkSync(path, before)
  await file.write('new')
  expect(readFileSync(before, 'utf8')).toBe('old')
})

test('what a crash has left beside it is no trouble', async () => {
  const path = freshPath()
  const file = privateFile(path, 'file')
  failing.set('rename', 'EIO')
  await failure(file.write('half'))
  failing.clear()
  writeFileSync(`${path}.tmp.${'0'.repeat(16)}.1.${'0'.repeat(24)}`, 'half')
  await file.write('whole')
  expect((await file.read())?.text).toBe('whole')
})

test('a path is absolute from the start, and a bad one is refused with its name', () => {
  expect(privateFile('some/file.json', 'file').path).toBe(join(process.cwd(), 'some', 'file.json'))
  for (const bad of ['', undefined, 7]) expect(() => privateFile(bad as string, 'keyFile')).toThrow(/keyFile/)
  expect(basename(freshPath())).toBe('file.json')
})
