/**
 * The benchmark. `npm run bench` runs it at length, or shorter with `-- --quick`, and prints what it found; in every other
 * run of the tests it only has to work: figures of a machine that does other things as well are none.
 */
import { expect, test } from 'vitest'
import { extent } from './extent.ts'
import { atOnce } from './growth/at-once.ts'
import { flood } from './growth/flood.ts'
import { holdings } from './growth/holdings.ts'
import { served } from './growth/served.ts'
import { steady } from './growth/steady.ts'
import { steadySeconds } from './growth/steady-seconds.ts'
import { storages } from './growth/storages.ts'
import { users } from './growth/users.ts'
import { cpu } from './journey/cpu.ts'
import { journey } from './journey/journey.ts'
import { pieces } from './pieces/pieces.ts'
import { startLoader } from './processes.ts'
import { keep, reportOf } from './report/report.ts'
import type { Section } from './report/section.ts'
import { start } from './start/start.ts'

const timeout = 1_200_000 + steadySeconds * 1000
const found: Section[] = []
const sections = { journey, cpu, pieces, start, users, storages, served, holdings, 'at once': atOnce, flood, steady }

for (const [name, measure] of Object.entries(sections)) {
  test(`${name} is measured`, { timeout }, async () => {
    const loader = await startLoader()
    const section = await measure(loader)
    found.push(section)
    await loader.stop()
    const cells = section.tables.flatMap(({ rows }) => rows.flat())
    expect(cells.length).toBeGreaterThan(0)
    expect(cells.filter((cell) => typeof cell === 'number' && !(cell > 0))).toEqual([])
    expect(section.goals.filter(({ found: figure }) => !Number.isFinite(figure))).toEqual([])
  })
}

test.skipIf(extent === 'check')('the report is kept', () => {
  const page = keep(reportOf(found))
  for (const { title } of found) expect(page).toContain(title)
})
