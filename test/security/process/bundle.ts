import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll } from 'vitest'

const test = join(import.meta.dirname, '..', '..')
const conditions = ['@latchkey/source', 'default']

let bundled: Promise<string> | null = null
let folder: string | null = null

afterAll(() => {
  if (folder !== null) rmSync(folder, { recursive: true, force: true })
})

/**
 * The app of a process as one JavaScript file, so that any Node can run the sources as they are, and fast.
 * It lies where it finds the packages that are not in it.
 */
export function bundledApp(): Promise<string> {
  bundled ??= bundle()
  return bundled
}

async function bundle(): Promise<string> {
  folder = mkdtempSync(join(test, 'node_modules', '.latchkey-process-'))
  await build({
    configFile: false,
    logLevel: 'error',
    root: test,
    ssr: { resolve: { conditions }, noExternal: /^(?:@latchkey\/|otpauth|lean-qr)/ },
    build: { ssr: join(import.meta.dirname, 'app.ts'), outDir: folder, emptyOutDir: false },
  })
  return join(folder, 'app.js')
}
