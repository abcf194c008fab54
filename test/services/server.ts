import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { temporaryFolder, unprivileged } from './account.ts'
import { tellGuard } from './guarded.ts'
import { freePort } from './port.ts'
import { type Command, launch, type Place, type Running, until } from './process.ts'
import type { ServiceName } from './programs.mjs'

/** A server that runs. */
export interface Service {
  readonly name: ServiceName
  /** Where it is: `postgres://…`, `mysql://…`, `redis://…`; several for a cluster. */
  readonly urls: readonly [string, ...string[]]
}

/** A server of a test's own. */
export interface Server extends Service {
  /** SIGKILL to all its processes; the data stays. */
  readonly kill: () => Promise<void>
  /** Starts it again on the same port and data; resolves when it answers. */
  readonly start: () => Promise<void>
  /** SIGSTOP to all its processes. */
  readonly pause: () => void
  /** SIGCONT to all its processes. */
  readonly resume: () => void
  /** Ends it and removes its folder. */
  readonly stop: () => Promise<void>
}

/** What differs between the kinds of server. */
export interface Kind {
  readonly name: ServiceName
  /** Accounts that fit it, where we are root. */
  readonly accounts: readonly string[]
  /** The signal that ends it for good and leaves nothing in the system. */
  readonly ending: NodeJS.Signals
  /** Distances to further ports it takes. */
  readonly portsBeside?: readonly number[]
  /** Fills the new folder. */
  readonly prepare: (place: Place) => Promise<void>
  readonly command: (folder: string, port: number) => Command
  /** Asks for the folder it keeps its data in. Throws as long as it is not ready. */
  readonly askFolder: (port: number) => Promise<unknown>
  /** Done once, after the first start. */
  readonly arrange?: (port: number) => Promise<unknown>
  readonly url: (port: number) => string
}

const firstTries = 5
const restartTries = 50
const restartPauseMs = 200

/** Starts a server of this kind in a new folder, on a free port. */
export async function createServer(kind: Kind): Promise<Server> {
  const account = unprivileged(kind.accounts)
  const place = { folder: temporaryFolder(kind.name, account), account }
  tellGuard({ folder: place.folder })
  await kind.prepare(place)
  const { port, running: first } = await startAnywhere(kind, place)
  await kind.arrange?.(port)
  return control(kind, place, { port, first })
}

function control(kind: Kind, place: Place, { port, first }: { port: number; first: Running }): Server {
  let running = first
  const start = async (): Promise<void> => {
    if (running.outcome() === null) throw new Error(`This ${kind.name} runs already`)
    running = await startAgain(kind, place, port)
  }
  return Object.freeze({
    name: kind.name,
    urls: [kind.url(port)] as const,
    start,
    kill: () => running.kill(),
    pause: () => running.signal('SIGSTOP'),
    resume: () => running.signal('SIGCONT'),
    stop: async () => {
      // What a killed PostgreSQL holds of the system's shared memory, only its next start finds and frees.
      if (running.outcome() !== null && kind.ending !== 'SIGKILL') await start()
      await running.end()
      await rm(place.folder, { recursive: true, force: true, maxRetries: 5 })
    },
  })
}

async function startAnywhere(kind: Kind, place: Place): Promise<{ port: number; running: Running }> {
  for (let tries = 1; ; tries++) {
    const port = await freePort(kind.portsBeside)
    const running = await tryStart(kind, place, port)
    if (running.outcome() === null) return { port, running }
    // Somebody else may have been faster at this port.
    const isTaken = /in use|bind/i.test(running.log())
    if (!isTaken || tries === firstTries) throw new Error(`${kind.name} does not start:\n${running.log()}`)
  }
}

/** A killed one may hold its port, its locks or its shared memory for a moment longer. */
async function startAgain(kind: Kind, place: Place, port: number): Promise<Running> {
  for (let tries = 1; ; tries++) {
    const running = await tryStart(kind, place, port)
    if (running.outcome() === null) return running
    if (tries === restartTries) throw new Error(`${kind.name} does not start again:\n${running.log()}`)
    await setTimeout(restartPauseMs)
  }
}

/** Resolves when it answers, or has ended. */
async function tryStart(kind: Kind, place: Place, port: number): Promise<Running> {
  const running = launch(kind.command(place.folder, port), place, kind.ending)
  const hasEnded = (): boolean => running.outcome() !== null
  try {
    // Another server may have been faster at this port, and would answer as well.
    await until(async () => JSON.stringify(await kind.askFolder(port)).includes(basename(place.folder)), hasEnded)
  } catch (error) {
    if (hasEnded()) return running
    await running.kill()
    throw new Error(`${kind.name} does not answer:\n${running.log()}`, { cause: error })
  }
  return running
}
