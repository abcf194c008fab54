import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { PageApp } from './page-app.ts'

/** Runs the commands of a page in the app's folder. Resolves to what they print: read as JSON where it is. */
export async function runCommands(app: PageApp, commands: string): Promise<unknown> {
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
  const printing = commands.replace(/^rm jar$/m, '').replace(/^curl /m, "printf '%s\\0' ")
  const { stdout } = await promisify(execFile)('sh', ['-ec', printing])
  const words = stdout.split('\0').slice(0, -1)
  const after = (flag: string) => words.flatMap((word, index) => (words[index - 1] === flag ? [word] : []))
  const [data] = after('-d')
  const [method = data === undefined ? 'GET' : 'POST'] = after('-X')
  const headers = new Headers(after('-H').map((line) => line.split(': ', 2) as [string, string]))
  if (words.includes('-b')) headers.set('cookie', cookies.get(app) ?? '')
  const response = await fetch(words.at(-1) ?? '', { method, headers, ...(data === undefined ? {} : { body: data }) })
  const [set] = response.headers.getSetCookie()
  if (set !== undefined && words.includes('-c')) cookies.set(app, set.split(';', 1)[0] ?? '')
  const [written = ''] = after('-w')
  return read((await response.text()) + written.replace('%{http_code}', String(response.status)))
}
