import { whyLeftOut } from '../../storages/fresh-place.ts'
import { type StorageKind, storageKinds } from '../../storages/place.ts'
import { byExtent } from '../extent.ts'
import { median } from '../load/figures.ts'
import { closingAfter, type Opened } from '../opened.ts'
import type { Loader } from '../processes.ts'
import type { Section } from '../report/section.ts'
import { inTurns, ratioOf } from '../turns.ts'
import { type FarPlace, fill } from './filler.ts'
import type { Times } from './town.ts'
import { openSite, openTown, type Site, type Town } from './towns.ts'

const { few, many, rounds, count, warmUp } = byExtent({
  full: { few: 1000, many: 1_000_000, rounds: 12, count: 50, warmUp: 300 },
  quick: { few: 1000, many: 5000, rounds: 2, count: 20, warmUp: 30 },
  check: { few: 100, many: 2000, rounds: 1, count: 20, warmUp: 20 },
})
const sizes = [few, many] as const
/** All sign-ins of a town: the first turn is dropped. */
const drawn = warmUp + (rounds + 1) * count
const atMost = 1.2

/** A storage with few users and the same one with many. */
interface Pair {
  readonly kind: StorageKind
  readonly towns: readonly Town[]
  readonly bytesPerUser: number
}

interface Came extends Pair {
  readonly few: readonly Times[]
  readonly many: readonly Times[]
}

/** The time of a login and of a verify, one after the other, where few have enrolled and where many have. */
export function storages(_loader: Loader): Promise<Section> {
  return closingAfter(async (opened) => {
    const found: Came[] = []
    for (const pair of await openPairs(opened)) {
      // Code is compiled, and caches hold what everybody's row is found by.
      for (const town of pair.towns) await town.signIns({ first: 0, count: warmUp })
      const [ofFew = [], ofMany = []] = await inTurns(pair.towns, rounds, (town, round) =>
        town.signIns({ first: warmUp + round * count, count }),
      )
      found.push({ ...pair, few: ofFew, many: ofMany })
    }
    return sectionOf(found)
  })
}

async function openPairs(opened: Opened): Promise<readonly Pair[]> {
  const kinds = storageKinds.filter((kind): kind is FarPlace['kind'] => kind !== 'memory' && whyLeftOut(kind) === null)
  const [inMemory, ...outside] = await Promise.all([memoryPair(opened), ...kinds.map((kind) => sitesOf(kind, opened))])
  for (const [index, size] of sizes.entries()) {
    await fill(
      outside.flatMap((sites) => sites[index]?.filler ?? []),
      size,
      drawn,
    )
  }
  return [inMemory, ...(await Promise.all(outside.map((sites) => pairOf(sites, opened))))]
}

async function memoryPair(opened: Opened): Promise<Pair> {
  const towns = await Promise.all(sizes.map((users) => openTown({ users, drawn })))
  for (const { stop } of towns) opened(stop)
  const [least = 0, most = 0] = await Promise.all(towns.map(async ({ memory }) => (await memory()).heapBytes))
  return { kind: 'memory', towns, bytesPerUser: (most - least) / (many - few) }
}

const sitesOf = (kind: FarPlace['kind'], opened: Opened): Promise<readonly Site[]> =>
  Promise.all(sizes.map(() => openSite(kind, opened)))

async function pairOf(sites: readonly Site[], opened: Opened): Promise<Pair> {
  const bytes = await Promise.all(sites.map(({ filler }, index) => filler.bytes(sizes[index] ?? 0)))
  const towns = await Promise.all(sites.map(({ place }, index) => openTown({ users: sizes[index] ?? 0, place })))
  for (const { stop } of towns) opened(stop)
  const [kind = 'memory'] = sites.map(({ place }) => place.kind)
  return { kind, towns, bytesPerUser: (bytes[1] ?? 0) / many }
}

function sectionOf(found: readonly Came[]): Section {
  const ratios = ['login', 'verify', 'both'].map((act) => `${act}, many to few`)
  const acts = ['login', 'verify'] as const
  const sides = [`${few} users`, `${many} users`] as const
  const table = {
    caption: `Median time in ms of a login and of a verify, ${rounds * count} of each, one after the other, by users in no order; and bytes a user takes with ${many}.`,
    columns: ['', ...acts.flatMap((act) => sides.map((side) => `${act}, ${side}`)), ...ratios, 'bytes a user'],
    rows: found.map((came) => [
      came.kind,
      ...acts.flatMap((act) => [came.few, came.many].map((side) => median(side.flatMap((times) => times[act])))),
      ...[...acts.map((act) => (times: Times) => median(times[act])), both].map((figure) => manyToFew(came, figure)),
      came.bytesPerUser,
    ]),
  }
  const goals = found.map((came) => ({
    promise: `login and verify with ${many} users to those with ${few}, ${came.kind}`,
    found: manyToFew(came, both),
    atMost,
  }))
  return { title: 'Storages with many users', tables: [table], goals }
}

const both = ({ login, verify }: Times): number => median(login) + median(verify)

function manyToFew(came: Came, figure: (times: Times) => number): number {
  return ratioOf(came.many.map(figure), came.few.map(figure))
}
