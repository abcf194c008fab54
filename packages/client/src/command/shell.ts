import type { Arguments } from './arguments/read.ts'
import { Interrupted } from './failures.ts'
import type { CommandIo } from './io.ts'
import { type Paint, painter, wantsColour } from './terminal/colour.ts'
import { plainJson, plainText } from './terminal/plain-text.ts'

/** What a command works with. */
export interface Shell extends Required<Omit<CommandIo, 'argv' | 'fetch'>> {
  readonly fetch: typeof fetch | undefined
  /** Whether a program reads what comes out. */
  readonly isJson: boolean
  /** Whether somebody is there to be asked. */
  readonly mayAsk: boolean
  /** Whether standard error takes colours, and what paints for it. */
  readonly hasColour: boolean
  readonly paint: Paint
  /** Writes a result: as JSON for programs, else these lines. */
  readonly result: (value: unknown, lines: readonly string[]) => void
  /** Tells a person something, on standard error; programs hear nothing of it. Made plain unless it is the command's own. */
  readonly say: (line: string) => void
  /** The same, of what the command has drawn itself. */
  readonly draw: (lines: string) => void
}

/** What a command works with, of a process and the options that every command takes. */
export function openShell(io: CommandIo, given: Pick<Arguments, 'has'>): Shell {
  const isJson = given.has('json')
  const hasColour = wantsColour(io.stderr, io.env)
  const draw = (lines: string) => {
    if (!isJson) io.stderr.write(`${lines}\n`)
  }
  return {
    ...io,
    fetch: io.fetch,
    now: io.now ?? Date.now,
    sleep: io.sleep ?? sleepByTimer,
    isJson,
    mayAsk: isTerminal(io) && !given.has('no-input') && !isSet(io.env['CI']),
    hasColour,
    paint: painter(hasColour),
    result: (value, lines) => {
      const text = isJson ? plainJson(value) : lines.map(plainText).join('\n')
      if (text !== '') io.stdout.write(`${text}\n`)
    },
    say: (line) => draw(plainText(line)),
    draw,
  }
}

function isTerminal({ stdin, stderr }: CommandIo): boolean {
  return stdin.isTTY === true && stderr.isTTY === true
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}

function sleepByTimer(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(new Interrupted())
    const stop = () => {
      clearTimeout(timer)
      reject(new Interrupted())
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
