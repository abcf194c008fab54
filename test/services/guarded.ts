import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

type Notice =
  | { readonly add: number; readonly signal: NodeJS.Signals }
  | { readonly remove: number }
  | { readonly folder: string }

let guard: ChildProcess | undefined

/** Tells the guard, a process that outlives ours, what to end and remove once we are gone. It is started on first use. */
export function tellGuard(notice: Notice): void {
  guard ??= startGuard()
  guard.stdin?.write(`${JSON.stringify(notice)}\n`)
}

function startGuard(): ChildProcess {
  // Detached: Ctrl-C goes to the whole group of the terminal, and the guard has work left then.
  const child = spawn(process.execPath, [fileURLToPath(new URL('./guard.mjs', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  // A worker whose runner was killed would go on with its tests, and hold its servers for them.
  process.once('disconnect', () => process.kill(process.pid))
  child.unref()
  if (child.stdin instanceof Socket) child.stdin.unref()
  return child
}
