import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { blocksBelow, root } from './pages.ts'

type Names = Readonly<Record<string, unknown>>

/**
 * Runs the first TypeScript block below a heading.
 *
 * @param given what the page takes for granted, by name
 * @returns what the block exports
 */
export async function load(page: string, heading: string, given: Names = {}): Promise<Names> {
  const block = blocksBelow(page, heading).find(({ language }) => language === 'ts')
  if (block === undefined) throw new Error(`${page} has no code below "${heading}"`)
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  symlinkSync(join(root, 'test', 'node_modules'), join(folder, 'node_modules'))
  const file = join(folder, 'block.ts')
  writeFileSync(file, block.text)
  Object.assign(globalThis, given)
  onTestFinished(() => {
    for (const name of Object.keys(given)) Reflect.deleteProperty(globalThis, name)
  })
  return (await import(file)) as Names
}
