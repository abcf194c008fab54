/** Whose lines the CPU's time is in: the built core is one file, and its map has to tell the folders apart. */
import { expect, test } from 'vitest'
import { startLoader } from '../processes.ts'
import { cpu } from './cpu.ts'

test("the core's time is told by its folders, and is nobody else's", { timeout: 60_000 }, async () => {
  const loader = await startLoader()
  const { tables } = await cpu(loader)
  await loader.stop()
  const [table] = tables
  const bare = table?.columns.indexOf('Latchkey, bare core') ?? -1
  const owners = (table?.rows ?? []).filter((row) => row[bare] !== '').map(([owner]) => owner)
  // So few journeys may leave one folder without a sample, not all of them.
  expect(owners).toContainEqual(
    expect.stringMatching(/^Latchkey: (?:routes|operations|record|tokens|factors|commit|sealing)$/),
  )
  expect(owners).not.toContain('Express and what it uses')
})
