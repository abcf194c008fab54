import { join } from 'node:path'
import { type HttpClient, httpClient, serveStorage } from '@latchkey/testing'
import { onTestFinished } from 'vitest'
import { type Forked, forkEntry } from '../../processes/fork.ts'
import type { OpenStorage } from '../stacks.ts'
import type { AppSettings, Commands } from './app.ts'

/** A process of the app. */
export interface AppProcess {
  readonly client: () => HttpClient
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
  /** Where the records lie: the open storage of the stage. */
  readonly open: OpenStorage
  readonly nowMs: number
  readonly frameworks: readonly AppSettings['framework'][]
  readonly env?: Readonly<Record<string, string>>
}

const entry = join(import.meta.dirname, 'app.ts')

/** Starts a process of the app for each framework named, all on one place; they are ended with the test. */
export function startProcesses(settings: ProcessSettings): Promise<readonly AppProcess[]> {
  return Promise.all(settings.frameworks.map((framework) => startProcess(framework, settings)))
}

async function startProcess(
  framework: AppSettings['framework'],
  { open: { storage, place }, nowMs, env = {} }: ProcessSettings,
): Promise<AppProcess> {
  if (place === undefined) throw new Error('processes cannot share this storage')
  const settings: AppSettings = { place, nowMs, framework }
  const forked: Forked & { readonly first: unknown } = await forkEntry(entry, {
    args: [JSON.stringify(settings)],
    env,
    prepare: (child) => {
      if (place.kind === 'memory') serveStorage(storage, child)
    },
  })
  onTestFinished(async () => void (await forked.kill()))
  return {
    client: () => httpClient(forked.first as string),
    tell: forked.tell as AppProcess['tell'],
    said: forked.said,
    end() {
      void forked.tell('quit').catch(() => undefined)
      return forked.ended
    },
    ended: forked.ended,
  }
}
