import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { type Block, blocksBelow, root } from './pages.ts'

/** An app of a page that runs in a process and a folder of its own. */
export interface PageApp {
  readonly url: string
  readonly folder: string
  /** The time there, in milliseconds since 1970. */
  now(): number
  /** Lets time go by, for the app as for its reader. */
  wait(seconds: number): void
  /** What it has printed. */
  printed(): string
  close(): void
}

/** What a page adds to the app of the quick start. */
interface Additions {
  /** Names that are imported from the core as well. */
  readonly imports?: readonly string[]
  /** Lines above `createMfa`. */
  readonly lines?: string
  /** Lines in the options of `createMfa`. */
  readonly options?: string
  /** Lines in the options of the host. */
  readonly host?: string
}

const preloads = [new URL('./run-sources.mjs', import.meta.url), new URL('./page-clock.mjs', import.meta.url)]

/** The app of the quick start, with what a page adds to it. */
export function quickStart({ imports = [], lines = '', options = '', host = '' }: Additions = {}): string {
  const [block] = blocksBelow('README.md', 'Express').filter(({ language }) => language === 'js')
  const changes = [
    ['import { createMfa, ', `import { ${['createMfa', ...imports, ''].join(', ')}`],
    ['const mfa = createMfa({\n', `${lines}\nconst mfa = createMfa({\n${options}\n`],
    ['const host = expressSessionHost({\n', `const host = expressSessionHost({\n${host}\n`],
  ] as const
  return changes.reduce((text, [before, after]) => {
    if (text.split(before).length !== 2) throw new Error(`the quick start has no "${before}", or several`)
    return text.replace(before, () => after)
  }, block?.text ?? '')
}

/** What stands in the code below a heading of a page. */
export function lineOf(page: string, heading: string, pattern: RegExp): string {
  const [found] = blocksBelow(page, heading).flatMap(({ text }) => pattern.exec(text)?.[0] ?? [])
  if (found === undefined) throw new Error(`${page}: no ${pattern} below "${heading}"`)
  return found
}

/** The app of the quick start with the lines of a page's diff taken away and put in. */
export function patched(diff: Block): string {
  const lines = quickStart().split('\n')
  let at = 0
  for (const [sign = '', text] of diff.text.split('\n').map((line) => [line[0], line.slice(1)] as const)) {
    if (sign === '+') lines.splice(at, 0, text)
    const found = sign === '+' ? at : lines.indexOf(text, at)
    if (found < 0) throw new Error(`${diff.place}: the quick start has no "${text}" there`)
    if (sign === '-') lines.splice(found, 1)
    at = sign === '-' ? found : found + 1
  }
  return lines.join('\n')
}

/** Starts an app as it stands on a page, but for its port and its clock. */
export async function startApp(source: string): Promise<PageApp> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-page-'))
  symlinkSync(join(root, 'test', 'node_modules'), join(folder, 'node_modules'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  let time = Date.now()
  const wait = (seconds: number) => {
    time += seconds * 1000
    writeFileSync(join(folder, 'clock'), String(time))
  }
  wait(0)
  writeFileSync(join(folder, 'app.mjs'), source.replace('listen(3000)', `listen(${port})`))
  const imports = preloads.flatMap(({ href }) => ['--import', href])
  const app = spawn(process.execPath, ['--conditions=@latchkey/source', ...imports, 'app.mjs'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...secrets() },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  app.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const close = () => {
    app.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  const ended = once(app, 'exit').then(() => Promise.reject(new Error('the app ended before it listened')))
  await Promise.race([vi.waitFor(() => fetch(url), { timeout: 60_000, interval: 100 }), ended]).catch((error) => {
    close()
    throw error
  })
  ended.catch(() => {})
  return { url, folder, now: () => time, wait, printed: () => printed, close }
}

/** As `openssl rand -base64 32` would make them. */
function secrets(): Record<string, string> {
  const make = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')
  return { MFA_SECRET: make(), SESSION_SECRET: make() }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
