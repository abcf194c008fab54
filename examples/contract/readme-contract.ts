// The README's commands work as they are pasted, and print what it says they print.

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { readWalkThrough } from '../express-session/demo/walk-through.mjs'
import type { BuildApp } from './app-contract.ts'
import { start } from './example-process.ts'
import { serve } from './serve.ts'
import { allowSlowTests } from './slow-tests.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { hasTool } from './tools.ts'

const hasCurl = hasTool('curl', 'the commands of the READMEs')

/** @param folder of the example */
export function readmeContract(folder: string, build: BuildApp): void {
  allowSlowTests()
  test.skipIf(!hasCurl)('the commands print what the README says', async () => {
    const url = await serve(await build({}))
    const parts = readWalkThrough(pathToFileURL(join(folder, 'README.md')))
    // What a phone shows is not known here. That part has its own test.
    const phone = parts.findIndex(({ text }) => text.includes('With a phone'))
    const known = phone < 0 ? parts : parts.slice(0, phone)
    const blocks = known.filter(({ kind }) => kind !== 'prose')
    const script = blocks.map(({ kind, text }) => (kind === 'sh' ? text : 'echo ===')).join('\n')
    const shell = start({
      folder,
      // One stream, so that texts for people keep their place.
      command: ['sh', '-eu', '-c', `exec 2>&1\n${script.replace(/^APP=.*$/m, `APP=${url}`)}`],
      env: { TMPDIR: temporaryFolder() },
    })
    expect(await shell.ended).toBe(0)
    const printed = shell.output.replaceAll(wait, '').split('===\n')
    const promised = blocks.filter(({ kind }) => kind === 'text').map(({ text }) => text)
    expect(promised.length).toBeGreaterThan(4)
    for (const [index, text] of promised.entries()) expect(printed[index]?.trim()).toMatch(asPattern(text))
  })
}

// Whether a command waits for its next code depends on the second it is run in, so no README can promise it.
const wait = /^Waiting \d+ s: .*\n/gm

/** `…` stands for anything on its line. */
function asPattern(text: string): RegExp {
  const literal = text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replaceAll('…', '.+')}$`)
}
