import { mkdtempSync, rmSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'
import { build } from 'vite'
import { afterAll } from 'vitest'

const test = join(import.meta.dirname, '..')
const conditions = ['@latchkey/source', 'default']

const bundles = new Map<string, Promise<string>>()

afterAll(async () => {
  for (const bundle of bundles.values()) rmSync(dirname(await bundle), { recursive: true, force: true })
})

/**
 * What a process runs as one JavaScript file, so that any Node can run the sources as they are, and fast.
 * It lies where it finds the packages that are not in it.
 *
 * @param entry - The path of the source file
 * @param near - The folder whose packages it finds
 */
export function bundled(entry: string, near = test): Promise<string> {
  const known = bundles.get(entry)
  if (known !== undefined) return known
  const made = bundle(entry, near)
  bundles.set(entry, made)
  return made
}

async function bundle(entry: string, near: string): Promise<string> {
  const folder = mkdtempSync(join(near, 'node_modules', '.latchkey-process-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root: near,
    ssr: { resolve: { conditions }, noExternal: /^(?:@latchkey\/|@clack\/|fast-|sisteransi|otpauth|lean-qr)/ },
    build: { ssr: entry, outDir: folder, emptyOutDir: false },
  })
  return join(folder, `${parse(entry).name}.js`)
}
