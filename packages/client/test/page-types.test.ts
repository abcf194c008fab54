/** The rule guarded here: the compiler of a page, which does not know Node, accepts what a page loads. */
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const source = join(import.meta.dirname, '..', 'src', 'index.ts')
const base = join(import.meta.dirname, '..', '..', '..', 'tsconfig.base.json')

/** What a compiler without Node's types says to the sources and all they import. */
function faultsIn(rootNames: readonly string[]): readonly string[] {
  const { config } = ts.readConfigFile(base, (file) => ts.sys.readFile(file)) as { config: { compilerOptions: object } }
  const page = { ...config.compilerOptions, lib: ['es2023', 'dom', 'dom.iterable'], types: [], noEmit: true }
  const { options } = ts.convertCompilerOptionsFromJson(page, join(base, '..'))
  const program = ts.createProgram(rootNames, options)
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

test('with the types of a browser and none of Node', { timeout: 60_000 }, () => {
  expect(faultsIn([source])).toEqual([])
})

test('the same compiler refuses what is for Node alone', { timeout: 60_000 }, () => {
  const faults = faultsIn([join(source, '..', 'node', 'index.ts')])
  expect(faults.join()).toMatch(/node:fs/)
})
