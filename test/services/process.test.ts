/** No server outlives the tests, and a kill reaches every process of a server, also those in groups of their own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { complete, launch, type Place, until } from './process.ts'
import { killTree, processTree } from './process-tree.mjs'

// A parent and its child, which leaves the group of its parent, as PostgreSQL's processes do. Neither ends by itself.
const idle = 'setInterval(() => {}, 1e6);'
const parent = `${idle} console.log(require('child_process').spawn(process.execPath, ['-e', '${idle}'], { detached: true }).pid)`

let place: Place
beforeEach(() => {
  place = { folder: mkdtempSync(join(tmpdir(), 'latchkey-process-')), account: null }
})
afterEach(() => rmSync(place.folder, { recursive: true, force: true }))

test('a kill takes those it started along', async () => {
  const running = launch({ path: process.execPath, args: ['-e', parent] }, place)
  await until(() => running.log() !== '')
  const child = Number(running.log())
  expect(processTree(child)).toEqual([child])
  await running.kill()
  expect(running.outcome()).toBe('SIGKILL')
  expect(processTree(child)).toEqual([])
})

test('the guard ends what its owner leaves behind, and removes the folder', async () => {
  const server = spawn(process.execPath, ['-e', idle], { detached: true, stdio: 'ignore' })
  const spared = spawn(process.execPath, ['-e', idle], { detached: true, stdio: 'ignore' })
  const guard = spawn(process.execPath, [fileURLToPath(new URL('./guard.mjs', import.meta.url))])
  const notices = [
    { add: server.pid, signal: 'SIGKILL' },
    { add: spared.pid, signal: 'SIGKILL' },
    { remove: spared.pid },
    { folder: place.folder },
  ]
  for (const notice of notices) guard.stdin.write(`${JSON.stringify(notice)}\n`)
  guard.stdin.end()
  await once(guard, 'exit')
  expect(processTree(Number(server.pid))).toEqual([])
  expect(processTree(Number(spared.pid))).toEqual([spared.pid])
  expect(existsSync(place.folder)).toBe(false)
  killTree(Number(spared.pid))
})

test('a program that fails is said to, with what it wrote', async () => {
  const failing = { path: process.execPath, args: ['-e', 'console.error("no space"); process.exit(3)'] }
  await expect(complete(failing, place)).rejects.toThrow('no space')
})

test.runIf(process.getuid?.() === 0)('another account can be told', async () => {
  const { temporaryFolder, unprivileged } = await import('./account.ts')
  const account = unprivileged(['no-such-account'])
  const folder = temporaryFolder('account', account)
  await complete({ path: process.execPath, args: ['-p', 'process.getuid()'] }, { folder, account })
  expect(Number(readFileSync(join(folder, 'log'), 'utf8'))).toBe(account?.uid)
  rmSync(folder, { recursive: true })
})
