import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/**
 * Find the folder where the command keeps its files: `LATCHKEY_HOME`, or `latchkey` in `XDG_STATE_HOME`, or
 * `~/.local/state/latchkey`. On Windows it is `LATCHKEY_HOME`, or `latchkey` in `LOCALAPPDATA`. The folder is not made.
 *
 * @param env - @defaultValue `process.env`
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function stateFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const own = env['LATCHKEY_HOME'] ?? ''
  if (own !== '') return resolve(own)
  const parent = process.platform === 'win32' ? env['LOCALAPPDATA'] : env['XDG_STATE_HOME']
  // The specification says to ignore relative paths.
  if (parent !== undefined && isAbsolute(parent)) return join(parent, 'latchkey')
  const usual = process.platform === 'win32' ? ['AppData', 'Local'] : ['.local', 'state']
  return join(homedir(), ...usual, 'latchkey')
}
