import { Readable, Writable } from 'node:stream'
import type { CommandIo } from '../../src/command/io.ts'
import { run } from '../../src/command/run.ts'

export interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions extends Partial<Pick<CommandIo, 'env' | 'fetch' | 'now' | 'sleep' | 'signal'>> {
  readonly input?: string
  /** Whether the outputs say that they are terminals. */
  readonly isTerminal?: boolean
}

/** Run the command in this process. There is nobody to ask. */
export async function runCommand(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { input = '', isTerminal = false, env = {}, signal = new AbortController().signal, ...rest } = options
  const [stdout, stderr] = [memory(isTerminal), memory(isTerminal)]
  const io = { argv, env, signal, version: '1.2.3', stdin: Readable.from([input]), stdout: stdout.stream }
  const exitCode = await run({ ...io, stderr: stderr.stream, ...rest })
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() }
}

function memory(isTTY: boolean) {
  let text = ''
  const write = (chunk: unknown, _encoding: unknown, done: () => void) => {
    text += String(chunk)
    done()
  }
  return { stream: Object.assign(new Writable({ write }), { isTTY }), text: () => text }
}

/** What `fetch` is given by a server that answers each path so. */
export function serverOf(
  answers: Readonly<Record<string, readonly [status: number, body: object]>>,
  headers: Readonly<Record<string, string>> = {},
): typeof fetch {
  return async (input) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    const [status, body] = answers[pathname] ?? [404, { code: 'not_found', title: 'Not found' }]
    const type = status < 400 ? 'application/json' : 'application/problem+json'
    return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type, ...headers } })
  }
}
