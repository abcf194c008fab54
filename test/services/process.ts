import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Account } from './account.ts'
import { tellGuard } from './guarded.ts'
import { killTree, processTree, send, signalTree } from './process-tree.mjs'

/** What is run: without a shell, in the server's own folder. */
export interface Command {
  readonly path: string
  readonly args: readonly string[]
}

/** Where and as whom. */
export interface Place {
  readonly folder: string
  readonly account: Account | null
}

/** A program that was started. */
export interface Running {
  /** Its exit code, or the signal that ended it; null while it runs. */
  readonly outcome: () => number | NodeJS.Signals | null
  /** The end of what it wrote. */
  readonly log: () => string
  /** Sends a signal to it and all it started. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Kills it and all it started; resolves when all are gone. */
  readonly kill: () => Promise<void>
  /** Ends it with the signal it was launched with; resolves when it is gone. */
  readonly end: () => Promise<void>
  /** Resolves when it is gone. */
  readonly ended: () => Promise<void>
}

const patienceMs = 30_000
const pollMs = 20

/** Starts a program; the guard ends it with `ending` should we go first. */
export function launch(command: Command, place: Place, ending: NodeJS.Signals = 'SIGKILL'): Running {
  const logPath = join(place.folder, 'log')
  const child = spawnDetached(command, place, logPath)
  const { pid } = child
  if (pid === undefined) throw new Error(`${command.path} does not start`)
  tellGuard({ add: pid, signal: ending })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.once('exit', () => tellGuard({ remove: pid }))
  const ended = async (): Promise<void> => {
    // Nothing else may be left to keep us alive until then.
    child.ref()
    await gone
  }
  const outcome = (): number | NodeJS.Signals | null => child.exitCode ?? child.signalCode
  const killed = async (): Promise<void> => {
    if (outcome() !== null) return
    const tree = killTree(pid)
    await ended()
    await until(() => tree.every((one) => processTree(one).length === 0))
  }
  return Object.freeze({
    outcome,
    ended,
    log: () => readFileSync(logPath, 'utf8').slice(-2000),
    signal: (signal: NodeJS.Signals) => signalTree(pid, signal),
    kill: killed,
    end: async () => {
      if (ending === 'SIGKILL' || outcome() !== null) return await killed()
      signalTree(pid, 'SIGCONT')
      send(pid, ending)
      await ended()
    },
  })
}

/** Runs a program to its end. @throws what it wrote, where it fails */
export async function complete(command: Command, place: Place): Promise<void> {
  const running = launch(command, place)
  await running.ended()
  if (running.outcome() !== 0) throw new Error(`${command.path} failed:\n${running.log()}`)
}

/** Asks again until the answer is not false and nothing is thrown. @throws the last error, when it takes too long */
export async function until(ask: () => unknown, isHopeless: () => boolean = () => false): Promise<void> {
  const deadlineMs = Date.now() + patienceMs
  let reason: unknown
  while (Date.now() < deadlineMs && !isHopeless()) {
    try {
      if ((await ask()) !== false) return
    } catch (error) {
      reason = error
    }
    await setTimeout(pollMs)
  }
  throw new Error('It did not come about', { cause: reason })
}

function spawnDetached(command: Command, { folder, account }: Place, logPath: string): ChildProcess {
  const log = openSync(logPath, 'a')
  try {
    const child = spawn(command.path, command.args, {
      cwd: folder,
      // Settings of the person who runs the tests, like PGPORT, are not the server's.
      // A MariaDB that starts removes the temporary tables it finds, so none may share that folder with another.
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TMPDIR: folder },
      // Ctrl-C is for the tests; they end the server.
      detached: true,
      stdio: ['ignore', log, log],
      ...account,
    })
    child.on('error', () => {})
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}
