/** The rule guarded here: the command keeps its files in the place that the system has for them, or that the user names. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { stateFolder } from '../../src/node/index.ts'

afterEach(() => void vi.unstubAllGlobals())

const usual = join(homedir(), '.local', 'state', 'latchkey')

test.each([
  [{ LATCHKEY_HOME: '/srv/keys', XDG_STATE_HOME: '/state' }, '/srv/keys'],
  [{ LATCHKEY_HOME: 'keys' }, join(process.cwd(), 'keys')],
  [{ LATCHKEY_HOME: '', XDG_STATE_HOME: '/state' }, '/state/latchkey'],
  [{ XDG_STATE_HOME: 'state' }, usual],
  [{ XDG_STATE_HOME: '' }, usual],
  [{ LOCALAPPDATA: '/local' }, usual],
  [{}, usual],
])('%o', (env, folder) => {
  expect(stateFolder(env)).toBe(folder)
})

test('on Windows', () => {
  vi.stubGlobal('process', { ...process, platform: 'win32' })
  expect(stateFolder({ LOCALAPPDATA: '/local', XDG_STATE_HOME: '/state' })).toBe('/local/latchkey')
  expect(stateFolder({})).toBe(join(homedir(), 'AppData', 'Local', 'latchkey'))
  expect(stateFolder({ LATCHKEY_HOME: '/srv/keys' })).toBe('/srv/keys')
})
