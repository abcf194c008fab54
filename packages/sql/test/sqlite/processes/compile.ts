import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

const root = join(import.meta.dirname, '..', '..', '..')

/**
 * Writes this package's sources and the child's as JavaScript into a new folder, so that a process of any Node can load
 * what is being tested without a build before it. The folder is one from which the child finds its driver.
 */
export function compileChild(): { readonly folder: string; readonly child: string } {
  const folder = mkdtempSync(join(root, 'node_modules', '.latchkey-processes-'))
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  const names = sources.filter((name) => name.endsWith('.ts')).map((name) => join('src', name))
  for (const name of [...names, join('test', 'sqlite', 'processes', 'child.ts')]) {
    const target = join(folder, name.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, compile(readFileSync(join(root, name), 'utf8')))
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  return { folder, child: join(folder, 'test', 'sqlite', 'processes', 'child.js') }
}

function compile(source: string): string {
  return ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText
}
