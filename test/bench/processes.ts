import { join } from 'node:path'
import { type Forked, forkEntry } from '../processes/fork.ts'
import { installContestants } from './contestants/install.ts'
import type { Flood, Flooded } from './load/attacker.ts'
import type { Stretch } from './load/figures.ts'
import type { Closed, Steady } from './load/loader.ts'
import type { Requests } from './load/requests.ts'
import type { Memory, SelfTime, ServerSettings, Target } from './target.ts'

const here = import.meta.dirname
// As apps run.
const env = { NODE_ENV: 'production' }

/** A contestant's server, in a process of its own. */
export interface Server {
  readonly target: Target
  /** The processor's time of all its threads, since it started. */
  readonly cpuMs: () => Promise<number>
  readonly memory: () => Promise<Memory>
  /** Begins to note what its main thread does. */
  readonly profile: () => Promise<unknown>
  /** Ends that, and tells where the time went. */
  readonly profiled: () => Promise<readonly SelfTime[]>
  /** Sets the clock of a Latchkey forward, so that its users may come again. */
  readonly advance: (ms: number) => Promise<unknown>
  readonly stop: () => Promise<unknown>
}

/** The process that load comes from. A stretch of load with a fault in it is no figure, so it throws. */
export interface Loader {
  readonly closed: (load: Closed) => Promise<Stretch>
  readonly steady: (load: Steady) => Promise<Stretch>
  readonly requests: (load: Requests) => Promise<Stretch>
  readonly stop: () => Promise<unknown>
}

/** The process that floods come from: `prepare` logs in, and at `strike` come all guesses at once. */
export interface Attacker {
  readonly prepare: (flood: Flood) => Promise<unknown>
  readonly strike: () => Promise<Flooded>
  readonly stop: () => Promise<unknown>
}

/** Starts the server whose source file is `entry`, below this folder. The contestants' find packages in a folder of their own. */
export async function startServer(entry: string, settings: ServerSettings): Promise<Server> {
  const { heapMiB } = settings
  const which = entry.startsWith('contestants/') ? { near: await installContestants() } : { built: true }
  const heap = heapMiB === undefined ? {} : { NODE_OPTIONS: `--max-old-space-size=${heapMiB}` }
  const args = [JSON.stringify(settings)]
  const forked = await forkEntry(join(here, entry), { args, env: { ...env, ...heap }, ...which })
  return {
    target: forked.first as Target,
    cpuMs: () => forked.tell('cpuMs') as Promise<number>,
    memory: () => forked.tell('memory') as Promise<Memory>,
    profile: () => forked.tell('profile'),
    profiled: () => forked.tell('profiled') as Promise<readonly SelfTime[]>,
    advance: (ms) => forked.tell('advance', ms),
    stop: forked.kill,
  }
}

export async function startLoader(): Promise<Loader> {
  const forked = await forkEntry(join(here, 'load/loader.ts'), { args: [], env, built: true })
  return {
    closed: async (load) => sound(await tell(forked, 'closed', load)),
    steady: async (load) => sound(await tell(forked, 'steady', load)),
    requests: async (load) => sound(await tell(forked, 'requests', load)),
    stop: forked.kill,
  }
}

export async function startAttacker(): Promise<Attacker> {
  const forked = await forkEntry(join(here, 'load/attacker.ts'), { args: [], env, built: true })
  return {
    prepare: (flood) => forked.tell('prepare', flood),
    strike: () => forked.tell('strike') as Promise<Flooded>,
    stop: forked.kill,
  }
}

const tell = (forked: Forked, command: string, load: unknown) => forked.tell(command, load) as Promise<Stretch>

function sound(stretch: Stretch): Stretch {
  if (stretch.faults.length > 0) throw new Error(`the load met faults: ${stretch.faults.join('; ')}`)
  return stretch
}
