import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileFile, compileFolder } from '../../../../testing/test/compile.ts'

const root = join(import.meta.dirname, '..', '..', '..')

/**
 * Writes this package's sources and the child's as JavaScript into a new folder, so that a process of any Node can load
 * what is being tested without a build before it. The folder is one from which the child finds its driver.
 */
export function compileChild(): { readonly folder: string; readonly child: string } {
  const folder = mkdtempSync(join(root, 'node_modules', '.latchkey-processes-'))
  const child = join('test', 'sqlite', 'processes', 'child.ts')
  compileFolder(join(root, 'src'), join(folder, 'src'))
  compileFile(join(root, child), join(folder, child))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  return { folder, child: join(folder, child.replace(/\.ts$/, '.js')) }
}
