import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installContestants } from '../contestants/install.ts'
import { byExtent } from '../extent.ts'
import { median } from '../load/figures.ts'
import type { Goal, Section, Table } from '../report/section.ts'
import { allOf, type Bytes, bytesOf, codeOf } from './bytes.ts'
import { codes } from './codes.ts'
import { importMs } from './import-time.ts'
import { type Import, imports as known, type Origin } from './imports.ts'

const test = join(import.meta.dirname, '..', '..')
const rounds = byExtent({ full: 10, quick: 1, check: 1 })

type Folders = Readonly<Record<Origin, string>>
type Times = ReadonlyMap<string, readonly number[]>
type Sizes = ReadonlyMap<string, { readonly own: Bytes; readonly all: Bytes }>

/** What an app pays before it answers the first request: the time its imports take, and the code it loads. */
export async function start(): Promise<Section> {
  const folders = { workspace: test, contestants: await installContestants() }
  const bundles = mkdtempSync(join(tmpdir(), 'latchkey-bundle-'))
  try {
    const times = await importTimes(folders, [...known, await inOneFile(folders.workspace, bundles)])
    const sizes = await codeSizes(folders)
    return { title: 'Start', tables: [timeTable(times), sizeTable(sizes)], goals: goalsOf(times, sizes) }
  } finally {
    rmSync(bundles, { recursive: true, force: true })
  }
}

/** What of the time is that of finding and reading many files: the same code, and all it imports, in one. */
async function inOneFile(folder: string, bundles: string): Promise<Import> {
  const path = join(bundles, 'core.mjs')
  writeFileSync(path, await codeOf({ entry: allOf('@latchkey/core'), folder, packages: 'all' }))
  return { name: '@latchkey/core and all it imports, in one file', specifiers: [path], from: 'workspace' }
}

/** Each in turn, in a process of its own each time; the first turn fills the caches of the system. */
async function importTimes(folders: Folders, imports: readonly Import[]): Promise<Times> {
  const times = new Map<string, number[]>(imports.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, specifiers, from } of imports) {
      const ms = await importMs(specifiers, folders[from])
      if (round > 0) times.get(name)?.push(ms)
    }
  }
  return times
}

async function codeSizes(folders: Folders): Promise<Sizes> {
  const sizes = new Map<string, { own: Bytes; all: Bytes }>()
  for (const { name, entry, beside = '', from, own } of codes) {
    const folder = folders[from]
    sizes.set(name, {
      own: await bytesOf({ entry, folder, packages: own }),
      all: await bytesOf({ entry: entry + beside, folder, packages: 'all' }),
    })
  }
  return sizes
}

function timeTable(times: Times): Table {
  const empty = middle(times, 'an empty module')
  return {
    caption: `Cold import in a fresh process, the built packages as users get them; the middle of ${rounds}, in milliseconds.`,
    columns: ['', 'ms', 'lowest to highest', 'over an empty module'],
    rows: [...times].map(([name, found]) => {
      const spread = `${Math.min(...found).toFixed(1)} to ${Math.max(...found).toFixed(1)}`
      return [name, middle(times, name), spread, (middle(times, name) - empty).toFixed(1)]
    }),
  }
}

function sizeTable(sizes: Sizes): Table {
  return {
    caption:
      'Code in bytes, bundled and minified; all of it counts what it imports too, an adapter with the core, nobody with Node or a framework.',
    columns: ['', 'own code', 'own, gzipped', 'all of it', 'all, gzipped'],
    rows: [...sizes].map(([name, { own, all }]) => [name, own.minified, own.gzipped, all.minified, all.gzipped]),
  }
}

function goalsOf(times: Times, sizes: Sizes): readonly Goal[] {
  const core = '@latchkey/core'
  return [
    { promise: 'cold import of the core, in milliseconds', found: middle(times, core), atMost: 60 },
    {
      promise: 'own code of the core, minified, in bytes',
      found: sizes.get(core)?.own.minified ?? Number.NaN,
      atMost: 30_000,
    },
  ]
}

function middle(times: Times, name: string): number {
  return median(times.get(name) ?? [])
}
