import { mkdtempSync, rmSync } from 'node:fs'
import { dirname, join, parse } from 'node:path'
import { build } from 'vite'
import { afterAll } from 'vitest'

const test = join(import.meta.dirname, '..')
const conditions = ['@latchkey/source', 'default']
const inside = /^(?:@latchkey\/|@clack\/|fast-|sisteransi|otpauth|lean-qr)/

/** Where a bundle finds the packages that are not in it, and which these are. */
export interface BundleOptions {
  /** The folder whose packages it finds. @defaultValue `test` */
  readonly near?: string | undefined
  /** Leaves all packages out, Latchkey's own too: these are then the built ones, as users get them. @defaultValue false */
  readonly built?: boolean | undefined
}

const bundles = new Map<string, Promise<string>>()

afterAll(async () => {
  for (const bundle of bundles.values()) rmSync(dirname(await bundle), { recursive: true, force: true })
})

/** What a process runs as one JavaScript file, so that any Node can run the sources as they are, and fast. */
export function bundled(entry: string, options: BundleOptions = {}): Promise<string> {
  const known = bundles.get(entry)
  if (known !== undefined) return known
  const made = bundle(entry, options)
  bundles.set(entry, made)
  return made
}

async function bundle(entry: string, { near = test, built = false }: BundleOptions): Promise<string> {
  const folder = mkdtempSync(join(near, 'node_modules', '.latchkey-process-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root: near,
    ssr: built ? { external: true } : { resolve: { conditions }, noExternal: inside },
    build: { ssr: entry, outDir: folder, emptyOutDir: false },
  })
  return join(folder, `${parse(entry).name}.js`)
}
