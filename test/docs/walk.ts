import { execFile, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type VirtualAuthenticator, virtualAuthenticator } from '@latchkey/testing'
import { expect, vi } from 'vitest'
import { type Block, root } from './pages.ts'

/** A request as a page shows it, and the answer below it. */
export interface Step {
  readonly commands: string
  /** Read as JSON where it is. */
  readonly answer: unknown
}

/** An app of a page that runs in a process and a folder of its own. */
export interface PageApp {
  readonly url: string
  readonly folder: string
  close(): void
}

const runSources = new URL('./run-sources.mjs', import.meta.url)

/** The requests of a page, each with the answer below it. */
export function stepsOf(blocks: readonly Block[]): readonly Step[] {
  return blocks.flatMap(({ language, text }, index) => {
    const answer = blocks[index + 1]
    if (language !== 'sh' || answer === undefined) return []
    return [{ commands: text, answer: answer.language === 'json' ? JSON.parse(answer.text) : answer.text }]
  })
}

/** Starts an app as it stands on a page, but for its port. */
export async function startApp(source: string): Promise<PageApp> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-page-'))
  symlinkSync(join(root, 'test', 'node_modules'), join(folder, 'node_modules'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  writeFileSync(join(folder, 'app.mjs'), source.replace('listen(3000)', `listen(${port})`))
  const app = spawn(process.execPath, ['--conditions=@latchkey/source', '--import', runSources.href, 'app.mjs'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...secrets() },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const close = () => {
    app.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  await vi.waitFor(() => fetch(url), { timeout: 30_000 })
  return { url, folder, close }
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

/** What a reader has copied from the answers and from the phone by now. */
interface Reader {
  /** The variables that were set so far, as shell text. */
  variables: string
  answer: Record<string, unknown>
  phone: VirtualAuthenticator | null
}

/** Sends each request of a page as a reader would, and asserts that the answer is the one that is shown. */
export async function walk(app: PageApp, steps: readonly Step[]): Promise<void> {
  const reader: Reader = { variables: '', answer: {}, phone: null }
  for (const { commands, answer } of steps) {
    const script = filledIn(commands, app, reader)
    const came = await send(app, `${reader.variables}\n${script}`)
    expect(came).toEqual(pattern(answer))
    reader.answer = came as Record<string, unknown>
    reader.variables += (script.match(/^[A-Z]+=.*$/gm) ?? []).map((line) => `${line}\n`).join('')
    const url = urlIn(reader.answer)
    if (url !== undefined) reader.phone = virtualAuthenticator(url)
  }
}

/** The `otpauth:` URL of an enrolment, whatever it is called. */
function urlIn(answer: Record<string, unknown>): string | undefined {
  const { totp_url, secret } = answer as { totp_url?: string; secret?: { otpauth_url?: string } }
  return totp_url ?? secret?.otpauth_url
}

/** Fills in what the page leaves to the reader: what the last answer had, the code on the phone. */
function filledIn(commands: string, { url }: PageApp, { answer, phone }: Reader): string {
  const token = String(answer['activation_token'] ?? answer['ephemeral_token'])
  return commands
    .replaceAll('http://localhost:3000', url)
    .replace(/^TOKEN='the .*'$/m, `TOKEN='${token}'`)
    .replace(/^ID='the .*'$/m, () => `ID='${String(answer['id'])}'`)
    .replace(/^CODE='.*'$/m, () => `CODE='${phone?.nextCode(Date.now())}'`)
}

async function send(app: PageApp, commands: string): Promise<unknown> {
  if (!hasCurl()) return sendByFetch(app, commands)
  const { stdout } = await promisify(execFile)('sh', ['-ec', commands], { cwd: app.folder })
  return read(stdout)
}

function read(body: string): unknown {
  return body.startsWith('{') ? JSON.parse(body) : body
}

function hasCurl(): boolean {
  try {
    return execFileSync('curl', ['--version']).length > 0
  } catch {
    return false
  }
}

const cookies = new Map<PageApp, string>()

/** The same request where there is no curl: the shell prints its words, and they are read as curl would. */
async function sendByFetch(app: PageApp, commands: string): Promise<unknown> {
  if (/^rm jar$/m.test(commands)) cookies.delete(app)
  const printing = commands.replace(/^rm jar$/m, '').replace(/^curl /m, "printf '%s\\n' ")
  const { stdout } = await promisify(execFile)('sh', ['-ec', printing])
  const words = stdout.trimEnd().split('\n')
  const after = (flag: string) => words[words.indexOf(flag) + 1] ?? ''
  const body = words.includes('-d') ? { method: 'POST', body: after('-d') } : {}
  const way = words.includes('-X') ? { method: after('-X') } : {}
  const cookie = words.includes('-b') ? { cookie: cookies.get(app) ?? '' } : {}
  const headers = { ...cookie, 'content-type': 'application/json' }
  const response = await fetch(words.at(-1) ?? '', { ...body, ...way, headers })
  const [set] = response.headers.getSetCookie()
  if (set !== undefined) cookies.set(app, set.split(';', 1)[0] ?? '')
  return read(await response.text())
}

/** The answer of the page, in which `…` stands for anything. */
function pattern(value: unknown): unknown {
  if (typeof value === 'string' && value.endsWith('…')) {
    const start = value.slice(0, -1).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return expect.stringMatching(`^${start}`)
  }
  if (Array.isArray(value)) return value.map(pattern)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, pattern(member)]))
}
