import { join } from 'node:path'
import { type Forked, forkEntry } from '../processes/fork.ts'
import { installContestants } from './contestants/install.ts'
import type { Stretch } from './load/figures.ts'
import type { Closed, Flooded, Steady } from './load/loader.ts'
import type { ServerSettings, Target, Usage } from './target.ts'

const here = import.meta.dirname
// As apps run.
const env = { NODE_ENV: 'production' }

/** A contestant's server, in a process of its own. */
export interface Server {
  readonly target: Target
  readonly usage: () => Promise<Usage>
  readonly stop: () => Promise<unknown>
}

/** The process that load comes from. A stretch of load with a fault in it is no figure, so it throws. */
export interface Loader {
  readonly closed: (load: Closed) => Promise<Stretch>
  readonly steady: (load: Steady) => Promise<Stretch & { readonly flood: Flooded | null }>
  readonly stop: () => Promise<unknown>
}

/** Starts the server whose source file is `entry`, below this folder. The contestants' find packages in a folder of their own. */
export async function startServer(entry: string, settings: ServerSettings): Promise<Server> {
  const near = entry.startsWith('contestants/') ? { near: await installContestants() } : {}
  const forked = await forkEntry(join(here, entry), { args: [JSON.stringify(settings)], env, ...near })
  return {
    target: forked.first as Target,
    usage: () => forked.tell('usage') as Promise<Usage>,
    stop: forked.kill,
  }
}

export async function startLoader(): Promise<Loader> {
  const forked = await forkEntry(join(here, 'load/loader.ts'), { args: [], env })
  return {
    closed: async (load) => sound(await tell<Stretch>(forked, 'closed', load)),
    steady: async (load) => sound(await tell<Stretch & { flood: Flooded | null }>(forked, 'steady', load)),
    stop: forked.kill,
  }
}

const tell = <T>(forked: Forked, command: string, load: unknown) => forked.tell(command, load) as Promise<T>

function sound<T extends Stretch>(stretch: T): T {
  if (stretch.faults.length > 0) throw new Error(`the load met faults: ${stretch.faults.join('; ')}`)
  return stretch
}
