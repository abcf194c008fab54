import { type ChildProcess, spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'

export interface Run {
  readonly folder: string
  /** A program and its arguments. @defaultValue `npm start` */
  readonly command?: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>>
}

/** A program that is running, until the test has finished. */
export interface Running {
  /** All it has printed so far. */
  readonly output: string
  /** Resolves with the first match. Rejects with all that was printed if the program ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves with the exit status. */
  readonly ended: Promise<number>
  stop(): Promise<void>
}

/** Starts a program in a folder. Nothing of the environment decides how, but what is given here. */
export function start({ folder, command: [program, ...args] = ['npm', 'start'], env = {} }: Run): Running {
  const {
    PORT: _port,
    DATABASE: _database,
    LATCHKEY_SECRET: _secret,
    NODE_OPTIONS: _options,
    ...inherited
  } = process.env
  // Its own group, so that what npm started ends with npm.
  const child = spawn(program, args, { cwd: folder, env: { ...inherited, ...env }, detached: true })
  let output = ''
  const waiting = new Set<() => void>()
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve(status ?? 1))
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk)
      for (const look of waiting) look()
    })
  }
  const running: Running = {
    get output() {
      return output
    },
    ended,
    printed(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output)
          if (match !== null) resolve(match)
        }
        waiting.add(look)
        look()
        ended.then((status) => reject(new Error(`ended with ${status} after printing:\n${output}`)), reject)
      })
    },
    async stop() {
      endGroup(child)
      await ended
    },
  }
  onTestFinished(() => running.stop())
  return running
}

function endGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGTERM')
}
