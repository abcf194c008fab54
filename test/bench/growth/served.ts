import { whyLeftOut } from '../../storages/fresh-place.ts'
import { storageKinds } from '../../storages/place.ts'
import { byExtent } from '../extent.ts'
import { closingAfter, type Opened } from '../opened.ts'
import type { Loader } from '../processes.ts'
import type { Section } from '../report/section.ts'
import { compared, type Enrollee } from './compared.ts'
import { fill } from './filler.ts'
import { openSite } from './towns.ts'

const load = byExtent({
  full: { users: 20_000, rounds: 4, seconds: 1.5, atOnce: 32 },
  quick: { users: 1500, rounds: 1, seconds: 0.5, atOnce: 32 },
  check: { users: 200, rounds: 1, seconds: 0.1, atOnce: 4 },
})
/** As many as apps mostly have. */
const connections = 10

/** Journeys over HTTP on each storage. */
export function served(loader: Loader): Promise<Section> {
  return closingAfter(async (opened) => {
    const enrollees = await enrolleesOf(opened)
    const table = await compared(loader, enrollees, { ...load, opened })
    const caption = `Latchkey on Express on each of its storages, ${load.atOnce} at once, ${connections} connections to a SQL server; all of them keep what is confirmed, save memory. The middle of ${load.rounds} rounds.`
    return { title: 'On each storage', tables: [{ ...table, caption }], goals: [] }
  })
}

async function enrolleesOf(opened: Opened): Promise<readonly Enrollee[]> {
  const sites = await Promise.all(
    storageKinds.flatMap((kind) => (kind === 'memory' || whyLeftOut(kind) !== null ? [] : [openSite(kind, opened)])),
  )
  await fill(
    sites.map(({ filler }) => filler),
    load.users,
  )
  const outside = sites.map(({ place }) => ({ name: place.kind, settings: { place: { ...place, connections } } }))
  return [{ name: 'memory', settings: {} }, ...outside]
}
