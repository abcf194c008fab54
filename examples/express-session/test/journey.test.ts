// The journey notices every answer that is not as it should be: it is played back with one answer changed at a time.

import type { IncomingMessage, RequestListener } from 'node:http'
import { expect, test } from 'vitest'
import { serve } from '../../contract/serve.ts'
import { allowSlowTests } from '../../contract/slow-tests.ts'
import { buildApp } from '../app.js'
import { journey } from '../demo/journey.mjs'

interface Answer {
  readonly path: string
  readonly status: number
  readonly body: string
  readonly cookies: readonly string[]
}

const silent = { step() {}, note() {}, exchange() {}, qr() {} }
const now = () => Date.UTC(2026, 0, 1)

function walk(url: string): Promise<void> {
  return journey({ url, show: silent, now })
}

allowSlowTests()

test('as it was it passes', async () => {
  const answers = await record()
  await expect(playBack(answers)).resolves.toBeUndefined()
})

test.each<[string, (answer: Answer) => Answer | null]>([
  ['status', (answer) => ({ ...answer, status: answer.status < 400 ? 500 : 200 })],
  ['body', (answer) => (answer.status === 204 ? null : { ...answer, body: '{}' })],
  ['session that is missing', (answer) => (begins(answer) ? { ...answer, cookies: [] } : null)],
  ['session too many', (answer) => (isSignIn(answer) && !begins(answer) ? { ...answer, cookies: ['s=1'] } : null)],
])('a wrong %s is noticed wherever it comes', async (_what, change) => {
  const answers = await record()
  const unnoticed: string[] = []
  for (const [index, answer] of answers.entries()) {
    const changed = change(answer)
    if (changed === null) continue
    const error: unknown = await playBack(answers.with(index, changed)).catch((thrown: unknown) => thrown)
    if (!(error instanceof Error) || error.name !== 'UnexpectedAnswer') unnoticed.push(`${index}: ${answer.path}`)
  }
  expect(unnoticed).toEqual([])
})

const isSignIn = ({ path }: Answer) => path === '/auth/login' || path === '/auth/mfa/verify'
const begins = (answer: Answer) => isSignIn(answer) && answer.cookies.length > 0

let recorded: Promise<readonly Answer[]> | undefined

/** One journey through the real app, with what came back. */
function record(): Promise<readonly Answer[]> {
  recorded ??= (async () => {
    const answers: Answer[] = []
    const url = await serve(await buildApp({ now }))
    const proxy: RequestListener = (req, res) =>
      void passOn(url, req).then((answer) => {
        answers.push(answer)
        send(answer, res)
      })
    await walk(await serve(proxy))
    return answers
  })()
  return recorded
}

async function passOn(url: string, req: IncomingMessage): Promise<Answer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of req) chunks.push(chunk as Uint8Array)
  const { cookie = '', 'content-type': type = '' } = req.headers
  const response = await fetch(`${url}${req.url}`, {
    method: req.method ?? 'GET',
    headers: { cookie, 'content-type': type },
    body: chunks.length === 0 ? null : Buffer.concat(chunks),
  })
  const cookies = response.headers.getSetCookie()
  return { path: req.url ?? '', status: response.status, body: await response.text(), cookies }
}

/** Gives the answers in their order, whatever is asked. */
async function playBack(answers: readonly Answer[]): Promise<void> {
  const left = [...answers]
  await walk(await serve((_req, res) => send(left.shift(), res)))
}

function send(answer: Answer | undefined, res: Parameters<RequestListener>[1]): void {
  const { status = 500, body = '', cookies = [] } = answer ?? {}
  res.writeHead(status, { 'Set-Cookie': [...cookies] }).end(body)
}
