/** The promise guarded here: the quick start runs as it stands, and each request of the flow answers what we say. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type VirtualAuthenticator, virtualAuthenticator } from '@latchkey/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Block, blocksBelow, root } from './pages.ts'

/** A request as the page shows it, and the answer below it. */
interface Step {
  readonly commands: string
  /** Read as JSON where it is. */
  readonly answer: unknown
}

const [quickStart] = blocksBelow('README.md', 'Express').filter(({ language }) => language === 'js') as [Block]
const steps = stepsOf(blocksBelow('README.md', 'The flow, with curl'))
const runSources = new URL('./run-sources.mjs', import.meta.url)
let folder = ''
let app: ChildProcess | undefined
let url = ''

function stepsOf(blocks: readonly Block[]): readonly Step[] {
  return blocks.flatMap(({ language, text }, index) => {
    const answer = blocks[index + 1]
    if (language !== 'sh' || answer === undefined) return []
    return [{ commands: text, answer: answer.language === 'json' ? JSON.parse(answer.text) : answer.text }]
  })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-quick-start-'))
  symlinkSync(join(root, 'test', 'node_modules'), join(folder, 'node_modules'))
  const port = await freePort()
  url = `http://localhost:${port}`
  writeFileSync(join(folder, 'app.mjs'), quickStart.text.replace('listen(3000)', `listen(${port})`))
  app = spawn(process.execPath, ['--conditions=@latchkey/source', '--import', runSources.href, 'app.mjs'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...secrets() },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await vi.waitFor(() => fetch(url), { timeout: 30_000 })
}, 40_000)

afterAll(() => {
  app?.kill()
  rmSync(folder, { recursive: true, force: true })
})

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

/** Fills in what the page leaves to the reader: the token of the last answer, the code on the phone. */
function filledIn(commands: string, { answer, phone }: Reader): string {
  const token = String(answer['activation_token'] ?? answer['ephemeral_token'])
  return commands
    .replaceAll('http://localhost:3000', url)
    .replace(/^TOKEN='the .*'$/m, `TOKEN='${token}'`)
    .replace(/^CODE='.*'$/m, () => `CODE='${phone?.nextCode(Date.now())}'`)
}

async function send(commands: string): Promise<unknown> {
  if (!hasCurl()) return sendByFetch(commands)
  const { stdout } = await promisify(execFile)('sh', ['-ec', commands], { cwd: folder })
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

let cookie = ''

/** The same request where there is no curl: the shell prints its words, and they are read as curl would. */
async function sendByFetch(commands: string): Promise<unknown> {
  if (/^rm jar$/m.test(commands)) cookie = ''
  const printing = commands.replace(/^rm jar$/m, '').replace(/^curl /m, "printf '%s\\n' ")
  const { stdout } = await promisify(execFile)('sh', ['-ec', printing])
  const words = stdout.trimEnd().split('\n')
  const after = (flag: string) => words[words.indexOf(flag, 0) + 1] ?? ''
  const post = words.includes('-d') ? { method: 'POST', body: after('-d') } : {}
  const headers = { ...(words.includes('-b') ? { cookie } : {}), 'content-type': 'application/json' }
  const response = await fetch(words.at(-1) ?? '', { ...post, headers })
  const [set] = response.headers.getSetCookie()
  if (set !== undefined) cookie = set.split(';', 1)[0] ?? ''
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

test('the Express block has at most 25 lines', () => {
  expect(quickStart.text.split('\n').length).toBeLessThanOrEqual(25)
})

test('a login, an enrolment, a login with a code, and the code refused the second time', async () => {
  const reader: Reader = { variables: '', answer: {}, phone: null }
  expect(steps).toHaveLength(7)
  for (const { commands, answer } of steps) {
    const script = filledIn(commands, reader)
    const came = await send(`${reader.variables}\n${script}`)
    expect(came).toEqual(pattern(answer))
    reader.answer = came as Record<string, unknown>
    reader.variables += (script.match(/^[A-Z]+=.*$/gm) ?? []).map((line) => `${line}\n`).join('')
    const { totp_url: totpUrl } = reader.answer
    if (typeof totpUrl === 'string') reader.phone = virtualAuthenticator(totpUrl)
  }
}, 30_000)

test('the guarded route is shut without a sign-in', async () => {
  const response = await fetch(`${url}/payout`)
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({ code: 'unauthenticated' })
})
