import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { serveStorage } from '@latchkey/testing'
import { type Forked, forkEntry } from '../processes/fork.ts'
import type { FreshPlace } from '../storages/fresh-place.ts'
import type { Act, Commands, Outcome, Settings } from './participant.ts'
import type { Acknowledged } from './work.ts'

/** A process of the app. */
export interface Participant extends Omit<Forked, 'tell'> {
  readonly tell: <Name extends keyof Commands>(
    command: Name,
    ...argument: Parameters<Commands[Name]>
  ) => Promise<Awaited<ReturnType<Commands[Name]>>>
}

export interface CrewOptions {
  /** Hears of each step that `work` was told is done. */
  readonly onAcknowledged?: (step: Acknowledged) => void
  /** @defaultValue 10 */
  readonly storageTimeoutSeconds?: number
}

const entry = join(import.meta.dirname, 'participant.ts')

/** Starts a process on a place; it ends with the test. */
export async function startParticipant(fresh: FreshPlace, options: CrewOptions = {}): Promise<Participant> {
  const { onAcknowledged, storageTimeoutSeconds = 10 } = options
  const settings: Settings = { place: fresh.place, storageTimeoutSeconds }
  const prepare = (child: ChildProcess) => {
    if (fresh.place.kind === 'memory') serveStorage(fresh.storage, child)
    child.on('message', ({ acknowledged }: { acknowledged?: Acknowledged }) => {
      if (acknowledged !== undefined) onAcknowledged?.(acknowledged)
    })
  }
  const forked = await forkEntry(entry, { args: [JSON.stringify(settings)], prepare })
  return { ...forked, tell: forked.tell as Participant['tell'] }
}

/** Starts several. */
export function startCrew(count: number, fresh: FreshPlace, options?: CrewOptions): Promise<readonly Participant[]> {
  return Promise.all(Array.from({ length: count }, () => startParticipant(fresh, options)))
}

/** Lets each process do its act at one instant: all have read before any writes, or each at its own pace. */
export async function atOnce(
  crew: readonly Participant[],
  acts: readonly Act[],
  pace: 'held' | 'free',
): Promise<readonly Outcome[]> {
  const command = pace === 'held' ? 'actHeld' : 'act'
  const outcomes = crew.map((participant, index) => participant.tell(command, acts[index] as Act))
  if (pace === 'held') {
    // Who is refused before reading anything is not held.
    await Promise.all(crew.map(({ tell }, index) => Promise.race([tell('held'), outcomes[index]])))
    await Promise.all(crew.map(({ tell }) => tell('release')))
  }
  return Promise.all(outcomes)
}
