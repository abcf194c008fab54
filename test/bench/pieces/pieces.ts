import type { Loader } from '../processes.ts'
import type { Section } from '../report/section.ts'
import { adapters } from './adapters.ts'
import { core } from './core.ts'

/** The parts that a journey is made of, each apart: the core without HTTP, and the adapters without the core. */
export async function pieces(loader: Loader): Promise<Section> {
  const [inside, outside] = [await core(), await adapters(loader)]
  return {
    title: 'Pieces',
    tables: [...inside.tables, ...outside.tables],
    goals: [...inside.goals, ...outside.goals],
  }
}
