import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import type { Client } from '../../adapters/http-client.ts'
import { httpClient } from '../../adapters/http-client.ts'
import type { Commands } from './app.ts'
import { bundledApp } from './bundle.ts'

/** A process of the app. */
export interface AppProcess {
  readonly client: () => Client
  /** Tells the process to do something, and gives what came of it. */
  readonly tell: <Name extends keyof Commands>(
    command: Name,
    ...argument: Parameters<Commands[Name]>
  ) => Promise<Awaited<ReturnType<Commands[Name]>>>
  /** All it has written to standard output and standard error. */
  readonly said: () => string
  /** Lets it end by itself, and waits for its last words. */
  readonly end: () => Promise<unknown>
  /** Resolves with the signal that ended it. */
  readonly ended: Promise<string | null>
}

/** What processes of the app share, and each one's framework. */
export interface ProcessSettings {
  readonly file: string
  readonly nowMs: number
  readonly frameworks: readonly ('Express 5' | 'Koa 3' | 'bare Express' | 'bare Koa')[]
  readonly env?: Readonly<Record<string, string>>
}

/** Starts a process of the app for each framework named, all on one SQLite file; they are ended with the test. */
export function startProcesses(settings: ProcessSettings): Promise<readonly AppProcess[]> {
  return Promise.all(settings.frameworks.map((framework) => startProcess(framework, settings)))
}

async function startProcess(framework: string, { file, nowMs, env }: ProcessSettings): Promise<AppProcess> {
  const child = fork(await bundledApp(), [file, String(nowMs), framework], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const said = listenTo(child)
  const ended = once(child, 'close').then(([, signal]) => signal as string | null)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const replies = repliesOf(child)
  const url = (await replies(0)) as string
  let last = 0
  return {
    client: () => httpClient(url),
    tell: (async (command: string, argument?: unknown) => {
      last += 1
      const reply = replies(last)
      child.send({ id: last, command, argument })
      return reply
    }) as AppProcess['tell'],
    said,
    end() {
      child.send({ id: -1, command: 'quit' })
      return ended
    },
    ended,
  }
}

/** All it has written to standard output and standard error. */
function listenTo(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += String(chunk)))
  return () => text
}

/** Waits for the reply of a number; a process that ends instead is an error. */
function repliesOf(child: ChildProcess): (id: number) => Promise<unknown> {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  child.on('message', ({ id, result }: { id: number; result: unknown }) => waiting.get(id)?.resolve(result))
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the process has ended'))
  })
  return (id) => new Promise((resolve, reject) => void waiting.set(id, { resolve, reject }))
}
