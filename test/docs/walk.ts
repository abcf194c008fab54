import { type VirtualAuthenticator, virtualAuthenticator } from '@latchkey/testing'
import { expect, vi } from 'vitest'
import { runCommands } from './curl.ts'
import type { PageApp } from './page-app.ts'
import { type Block, blocksBelow } from './pages.ts'

/** A request as a page shows it, and the answer below it. */
export interface Step {
  readonly page: string
  /** Where it stands: `README.md:12`. */
  readonly place: string
  readonly commands: string
  /** Read as JSON where it is. */
  readonly answer: unknown
}

type Answer = Readonly<Record<string, unknown>>

/** The requests below a heading, each with the answer below it. */
export function stepsOf(path: string, heading: string): readonly Step[] {
  const blocks = blocksBelow(path, heading).filter(({ language }) => ['sh', 'json', 'text'].includes(language))
  return blocks.flatMap((block, index) => (block.language === 'sh' ? [stepOf(block, blocks[index + 1])] : []))
}

function stepOf({ page, place, text }: Block, answer: Block | undefined): Step {
  if (answer === undefined || answer.language === 'sh') throw new Error(`${place}: no answer is shown`)
  if (text.match(/^curl /gm)?.length !== 1) throw new Error(`${place}: not one request`)
  return { page, place, commands: text, answer: answer.language === 'json' ? JSON.parse(answer.text) : answer.text }
}

/** What a reader has copied from the answers and from the phone by now. */
interface Reader {
  readonly app: PageApp
  page: string
  /** The variables that the page has set so far, as shell text. */
  variables: string
  answer: Answer
  phone: VirtualAuthenticator | null
}

/** Sends each request of a page as a reader would, and asserts that the answer is the one that is shown. */
export async function walk(app: PageApp, steps: readonly Step[]): Promise<void> {
  const reader: Reader = { app, page: '', variables: '', answer: {}, phone: null }
  for (const { page, place, commands, answer } of steps) {
    if (page !== reader.page) Object.assign(reader, { page, variables: '' })
    if (/^# a minute later$/m.test(commands)) app.wait(60)
    const script = await filledIn(commands, reader)
    // A variable that no command of the page has set ends the walk.
    const came = await runCommands(app, `set -u\n${reader.variables}\n${script}`)
    expect(came, place).toEqual(pattern(answer))
    reader.answer = typeof came === 'object' ? { ...(came as Answer) } : {}
    reader.variables += (script.match(/^[A-Z]+=.*$/gm) ?? []).map((line) => `${line}\n`).join('')
    const url = urlIn(reader.answer)
    if (url !== undefined) reader.phone = virtualAuthenticator(url)
  }
}

/** The `otpauth:` URL of an enrollment, whatever it is called. */
function urlIn(answer: Answer): string | undefined {
  const { totp_url, secret } = answer as { totp_url?: string; secret?: { otpauth_url?: string } }
  return totp_url ?? secret?.otpauth_url
}

/** Fills in what the page leaves to the reader: a line such as `TOKEN='the ephemeral_token'`. */
async function filledIn(commands: string, reader: Reader): Promise<string> {
  const lines = commands.replaceAll('http://localhost:3000', reader.app.url).split('\n')
  const filled = lines.map(async (line) => {
    const [, name, what] = /^([A-Z]+)='the (.*)'$/.exec(line) ?? []
    return what === undefined ? line : `${name}='${await found(what, reader)}'`
  })
  return (await Promise.all(filled)).join('\n')
}

/** What a page calls so: a code of the phone or of the mail, else a member of the last answer. */
async function found(what: string, { app, answer, phone }: Reader): Promise<string> {
  if (what === 'next code in the app') app.wait(phone?.period ?? 0)
  if (/^(?:next )?code in the app$/.test(what)) return phone?.code(app.now()) ?? ''
  if (what === 'code in an app that is two minutes behind') return phone?.code(app.now() - 120_000) ?? ''
  if (what === 'code in the mail') return codeOfMail(app)
  const member = answer[what.replace(/ of the answer$/, '')]
  if (typeof member !== 'string') throw new Error(`the answer has no "${what}"`)
  return member
}

const readMails = new WeakMap<PageApp, number>()

/** The code of the next mail that was not read yet. */
function codeOfMail(app: PageApp): Promise<string> {
  return vi.waitFor(() => {
    const count = readMails.get(app) ?? 0
    const code = [...app.printed().matchAll(/^(\d{6}) is your code/gm)][count]?.[1]
    if (code === undefined) throw new Error('no mail has come')
    readMails.set(app, count + 1)
    return code
  })
}

/** The answer of the page, in which `…` stands for anything. */
function pattern(value: unknown): unknown {
  if (typeof value === 'string' && value.endsWith('…')) {
    const start = value.slice(0, -1).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return expect.stringMatching(`^${start}`)
  }
  if (Array.isArray(value)) return value.map(pattern)
  if (typeof value !== 'object' || value === null || 'asymmetricMatch' in value) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, pattern(member)]))
}
