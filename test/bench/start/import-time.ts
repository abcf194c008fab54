import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Milliseconds that a fresh Node takes to import modules, one after the other, where packages are found from a folder. */
export async function importMs(specifiers: readonly string[], folder: string): Promise<number> {
  const imports = specifiers.map((specifier) => `await import(${JSON.stringify(specifier)})`).join('\n')
  const program = `const startedAt = performance.now()\n${imports}\nconsole.log(performance.now() - startedAt)\nprocess.exit()`
  // As apps run; the tests' own Node options would have it load other files.
  const { NODE_OPTIONS: _, ...own } = process.env
  const env = { ...own, NODE_ENV: 'production' }
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder, env })
  return Number(stdout)
}
