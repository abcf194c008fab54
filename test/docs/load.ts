import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { blocksBelow, root } from './pages.ts'

/** Runs the first TypeScript block below a heading, and gives what it exports. */
export async function load(page: string, heading: string): Promise<Readonly<Record<string, unknown>>> {
  const block = blocksBelow(page, heading).find(({ language }) => language === 'ts')
  if (block === undefined) throw new Error(`${page} has no code below "${heading}"`)
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-docs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  symlinkSync(join(root, 'test', 'node_modules'), join(folder, 'node_modules'))
  const file = join(folder, 'block.ts')
  writeFileSync(file, block.text)
  return (await import(file)) as Readonly<Record<string, unknown>>
}
