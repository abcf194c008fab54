import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = join(import.meta.dirname, '..')

/** JavaScript of the processes of these tests. */
export interface CompiledProcesses {
  readonly folder: string
  /** The path of the file that was made of a source. */
  readonly pathOf: (source: URL) => string
}

/**
 * Writes the sources that the processes load as JavaScript into a new folder, so that any Node can run what is being
 * tested without a build before it. They need no package beside Node's own.
 */
export function compileProcesses(): CompiledProcesses {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-testing-'))
  for (const name of ['src/processes', 'test/processes']) compileFolder(join(root, name), join(folder, name))
  compileFile(join(root, 'test', 'map-storage.ts'), join(folder, 'test', 'map-storage.ts'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  return { folder, pathOf: (source) => join(folder, relative(root, fileURLToPath(source)).replace(/\.ts$/, '.js')) }
}

/** Writes a folder's sources as JavaScript below another folder; not its tests. */
export function compileFolder(from: string, to: string): void {
  const names = readdirSync(from, { recursive: true, encoding: 'utf8' })
  for (const name of names) {
    if (name.endsWith('.ts') && !name.endsWith('.test.ts')) compileFile(join(from, name), join(to, name))
  }
}

/** Writes one source as JavaScript. */
export function compileFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to.replace(/\.ts$/, '.js'), compile(readFileSync(from, 'utf8')))
}

/** JavaScript of a source; its relative imports of `.ts` become imports of `.js`. */
export function compile(source: string): string {
  return ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText
}
