import type { Loader } from '../processes.ts'
import type { Closed } from './loader.ts'

/**
 * Lets the first sixth of a turn's users, or a third of its time, go by, and gives what is left to be measured: a server that
 * waited while others had their turns has cooled down, and one under load has not.
 */
export async function warmedUp(loader: Loader, turn: Closed): Promise<Closed> {
  const users = Math.floor(turn.users / 6)
  await loader.closed({ ...turn, users, seconds: turn.seconds / 3 })
  return { ...turn, users: turn.users - users, first: turn.first + users }
}
