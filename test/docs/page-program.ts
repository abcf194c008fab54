import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { blocksBelow, root } from './pages.ts'

/** A program of a page that runs in a process of its own, in a folder where it finds its packages. */
export interface PageProgram {
  /** Types a line, as an answer to what it has printed. */
  readonly type: (line: string) => void
  /** Resolves with the next match in what it prints; rejects with all of that where it ends before. */
  readonly printed: (pattern: RegExp) => Promise<string>
  /** Resolves with all it has printed when it has ended well; rejects with that where it has not. */
  readonly ended: Promise<string>
}

export interface Setting {
  /** Where the app is whose address the page has. */
  readonly url: string
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
}

const runSources = new URL('./run-sources.mjs', import.meta.url)

/** A folder for programs of one test. */
export function programFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-program-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  symlinkSync(join(root, 'test', 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Runs the code below a heading as it stands, but for the address. */
export function runProgram(page: string, heading: string, { url, folder, env = {} }: Setting): PageProgram {
  const [block] = blocksBelow(page, heading).filter(({ language }) => language === 'ts')
  const parts = block?.text.split('https://app.example') ?? []
  if (parts.length !== 2) throw new Error(`${page} has no program with one address below "${heading}"`)
  writeFileSync(join(folder, 'program.ts'), parts.join(url))
  const child = spawn(process.execPath, ['--conditions=@latchkey/source', '--import', runSources.href, 'program.ts'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], LATCHKEY_HOME: join(folder, 'state'), ...env },
  })
  onTestFinished(() => void child.kill())
  let [all, seen] = ['', 0]
  const looking = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      all += text
      for (const look of looking) look()
    })
  }
  const ended = new Promise<string>((resolve, reject) => {
    child.on('close', (status) => (status === 0 ? resolve(all) : reject(new Error(`ended with ${status}: ${all}`))))
  })
  ended.catch(() => undefined)
  return {
    ended,
    type: (line) => void child.stdin.write(`${line}\n`),
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(all.slice(seen))
          if (match === null) return
          seen += match.index + match[0].length
          looking.delete(look)
          resolve(match[1] ?? match[0])
        }
        looking.add(look)
        look()
        ended.then(() => reject(new Error(`ended without ${pattern}: ${all}`)), reject)
      }),
  }
}
