// A real terminal: the command in a separate process, below a pseudo-terminal that `script` of util-linux opens.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { onTestFinished } from 'vitest'
import { bundled } from '../../../../test/processes/bundle.ts'

const main = join(import.meta.dirname, '..', '..', 'src', 'command', 'main.ts')

/** Keys as a terminal sends them (ECMA-48; xterm). */
export const keys = { enter: '\r', down: '\u001b[B', ctrlC: '\u0003', ctrlD: '\u0004' }

export interface Terminal {
  /** All that was written, without what moves and paints. */
  readonly screen: () => string
  /** All that was written, as it came. */
  readonly raw: () => string
  /** Resolves when a text appears after all the texts that were waited for before. */
  readonly until: (text: string) => Promise<void>
  readonly type: (text: string) => void
  readonly exitCode: Promise<number>
}

export interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>
  /** What the shell runs instead of `latchkey …`. `$LATCHKEY` stands for the command. */
  readonly script?: string
}

/** Whether `script` is installed. If not, the run says which tests are left out, and in CI that is an error. */
export function hasTerminal(): boolean {
  try {
    execFileSync('script', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    const message = 'LEFT OUT: the tests of the command at a terminal, as there is no `script` (util-linux)'
    if (process.env['CI'] === 'true') throw new Error(message)
    process.stderr.write(`\n*** ${message} ***\n\n`)
    return false
  }
}

/** A new folder for the test, in which the command keeps its files. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-command-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Run `latchkey` with these words at a terminal of 120 columns. */
export async function openTerminal(
  words: readonly string[],
  { env = {}, script = `$LATCHKEY ${words.map(quoted).join(' ')}` }: TerminalOptions = {},
): Promise<Terminal> {
  const command = `LATCHKEY=${quoted(`${process.execPath} ${await bundled(main)}`)}; stty rows 60 cols 120; ${script}`
  // Without this option it would turn the echo off by itself, since its own input is no terminal.
  const args = ['--quiet', '--return', '--flush', '--echo', 'always', '--command', command, '/dev/null']
  const child = spawn('script', args, { env: environment(env), stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return followed(child)
}

function followed(child: ChildProcess): Terminal {
  let raw = ''
  let seen = 0
  let hasEnded = false
  const waiting = new Set<() => void>()
  const look = () => {
    for (const one of waiting) one()
  }
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    raw += chunk
    look()
  })
  const exitCode = new Promise<number>((resolve) =>
    child.on('close', (code) => {
      hasEnded = true
      look()
      resolve(code ?? -1)
    }),
  )
  const screen = () => stripVTControlCharacters(raw)
  const until = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        const at = screen().indexOf(text, seen)
        if (at < 0 && !hasEnded) return
        waiting.delete(check)
        if (at < 0) return reject(new Error(`never came: ${text}\n${screen()}`))
        seen = at + text.length
        resolve()
      }
      waiting.add(check)
      check()
    })
  return { screen, raw: () => raw, until, type: (text) => void child.stdin?.write(text), exitCode }
}

/** The environment of a person, without that of the test run, which may run in CI. */
function environment(env: Readonly<Record<string, string>>): Record<string, string> {
  const home = freshFolder()
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    LATCHKEY_HOME: home,
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    ...env,
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

export interface PipeOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** Whether nobody reads the output, as when `head` has seen enough. */
  readonly leaves?: boolean
}

/** Run `latchkey` with these words and without a terminal. */
export async function runPiped(
  words: readonly string[],
  { env = {}, input = '', leaves = false }: PipeOptions = {},
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [await bundled(main), ...words], { env: environment(env) })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => (said[name] += chunk))
  if (leaves) child.stdout.destroy()
  child.stdin.end(input)
  const exitCode = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)))
  return { exitCode, ...said }
}
