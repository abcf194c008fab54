import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { afterAll } from 'vitest'
import { type BundleOptions, bundled } from './bundle.ts'

/** A process of ours, that takes commands by messages. */
export interface Forked {
  readonly child: ChildProcess
  /** Tells the process to do something, and gives what came of it; rejects where the process ends instead. */
  readonly tell: (command: string, argument?: unknown) => Promise<unknown>
  /** All it has written to standard output and standard error. */
  readonly said: () => string
  /** Resolves with the signal that ended it. */
  readonly ended: Promise<string | null>
  readonly kill: () => Promise<unknown>
}

export interface ForkOptions extends BundleOptions {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Called before the process has said that it is ready. */
  readonly prepare?: (child: ChildProcess) => void
}

const running = new Set<Forked>()

afterAll(async () => {
  await Promise.all([...running].map(({ kill }) => kill()))
})

/**
 * Runs a source file in a process of its own and waits until it is ready; it ends with the test file. It answers each
 * `{ id, command, argument }` by `{ id, result }`, and says `{ id: 0, result }` first.
 */
export async function forkEntry(
  entry: string,
  { args, env = {}, prepare, ...bundle }: ForkOptions,
): Promise<Forked & { readonly first: unknown }> {
  const child = fork(await bundled(entry, bundle), [...args], {
    env: { ...process.env, ...env },
    // As anybody starts it, without what the tests' own Node was told.
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const said = listenTo(child)
  const ended = once(child, 'close').then(([, signal]) => signal as string | null)
  const kill = () => {
    child.kill('SIGKILL')
    return ended
  }
  prepare?.(child)
  const replies = repliesOf(child, said)
  let last = 0
  const tell = (command: string, argument?: unknown) => {
    last += 1
    const reply = replies(last)
    // Where it has ended already, the reply says so.
    child.send({ id: last, command, argument }, () => undefined)
    return reply
  }
  const forked: Forked = { child, tell, said, ended, kill }
  running.add(forked)
  child.once('exit', () => running.delete(forked))
  return { ...forked, first: await replies(0) }
}

function listenTo(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += String(chunk)))
  return () => text
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** Waits for the reply of a number; a process that ends instead is an error. */
function repliesOf(child: ChildProcess, said: () => string): (id: number) => Promise<unknown> {
  const waiting = new Map<number, Waiting>()
  let isGone = false
  child.on('message', ({ id, result }: { id: number; result: unknown }) => {
    waiting.get(id)?.resolve(result)
    waiting.delete(id)
  })
  const gone = () => new Error(`the process has ended ${said()}`)
  child.on('exit', () => {
    isGone = true
    for (const { reject } of waiting.values()) reject(gone())
  })
  return (id) =>
    new Promise((resolve, reject) => {
      if (isGone) reject(gone())
      else waiting.set(id, { resolve, reject })
    })
}
