// A client of a school's app, and the ways in which its users log in.

import type { HttpAnswer, HttpClient } from '@latchkey/testing'
import { loadQcm, type MfaManager, withAnswer, writeQcm } from './qcm-cache.ts'

/** The login asks a question; after a wrong answer it asks again, perhaps another one. */
export class MfaRequiredError extends Error {
  readonly question: string
  readonly propositions: readonly string[]

  constructor(question: string, propositions: readonly string[]) {
    super(`MFA required: ${question}`)
    this.question = question
    this.propositions = propositions
  }
}

/** What the app says of who is signed in. */
export type Session = Readonly<Record<string, unknown>>

/** Logs in over HTTP, with the cookies of one device. */
export class Client {
  readonly #http: HttpClient
  #ephemeralToken = ''
  isClosed = false

  constructor(http: HttpClient) {
    this.#http = http
  }

  /** @throws MfaRequiredError */
  async login(username: string, password: string): Promise<Session> {
    const body = passed(await this.#http.post('/auth/login', { username, password }))
    if (body['mfa_required'] !== true) return body
    this.#ephemeralToken = String(body['ephemeral_token'])
    throw await this.#asked()
  }

  /** @throws MfaRequiredError where the answer is wrong, with what is asked next */
  async submitMfa(answer: string): Promise<Session> {
    const given = await this.#http.post('/auth/mfa/verify', { ephemeral_token: this.#ephemeralToken, answer })
    if (given.status === 400) throw await this.#asked()
    return passed(given)
  }

  /** Whether the device is signed in. */
  async isSignedIn(): Promise<boolean> {
    return (await this.#http.get('/auth/mfa/status')).status === 200
  }

  close(): void {
    this.isClosed = true
  }

  async #asked(): Promise<MfaRequiredError> {
    const body = passed(await this.#http.post('/auth/mfa/question', { ephemeral_token: this.#ephemeralToken }))
    return new MfaRequiredError(String(body['question']), body['propositions'] as readonly string[])
  }
}

function passed(answer: HttpAnswer): Record<string, unknown> {
  const body = answer.json() as Record<string, unknown>
  if (answer.status !== 200) throw new Error(String(body['code']))
  return body
}

/** Where a user reads and types. */
export interface Terminal {
  readonly print: (line: string) => void
  readonly input: () => string
}

/** Who logs in, from where. */
export interface Login {
  readonly client: Client
  readonly username: string
  readonly password: string
}

/** Logs in with a user at the keyboard, who has one try. */
export function interactively(login: Login, terminal: Terminal): Promise<Session> {
  return answering(login, async (asked) => {
    show(asked, terminal)
    for (;;) {
      const choice = terminal.input().trim()
      const answer = /^\d+$/.test(choice) ? asked.propositions[Number(choice)] : undefined
      if (answer !== undefined) return login.client.submitMfa(answer)
      terminal.print('Please enter a valid number')
    }
  })
}

/** Logs in with a user who may try again, and may type the answer itself. */
export function withRetry(login: Login, terminal: Terminal, maxAttempts = 3): Promise<Session> {
  return answering(login, async (first) => {
    let asked = first
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      terminal.print(`Attempt ${attempt}/${maxAttempts}`)
      show(asked, terminal)
      const choice = terminal.input().trim()
      const answer = /^\d+$/.test(choice) ? asked.propositions[Number(choice)] : choice
      if (answer === undefined) terminal.print('Invalid option')
      else {
        const next = await login.client.submitMfa(answer).catch(nextQuestion)
        if (!(next instanceof MfaRequiredError)) return next
        terminal.print('Incorrect answer.')
        asked = next
      }
    }
    throw new Error('Max attempts reached')
  })
}

/** Logs in by the cache; asks the user where it does not help, and remembers what was right. */
export function withFallback(login: Login, terminal: Terminal, file: string): Promise<Session> {
  return answering(login, async (first) => {
    const cached = loadQcm(file)[first.question]?.at(-1)
    if (cached !== undefined) terminal.print(`Auto-submitting cached answer: ${cached}`)
    const next = cached === undefined ? first : await login.client.submitMfa(cached).catch(nextQuestion)
    if (!(next instanceof MfaRequiredError)) return next
    show(next, terminal, loadQcm(file)[next.question])
    const answer = next.propositions[Number(terminal.input())] ?? ''
    const session = await login.client.submitMfa(answer)
    writeQcm(file, withAnswer(loadQcm(file), next.question, answer))
    return session
  })
}

/** Logs in by the cache or not at all. */
export function automatically(login: Login, file: string): Promise<Session> {
  return answering(login, async ({ question }) => {
    const answer = loadQcm(file)[question]?.at(-1)
    if (answer === undefined) throw new Error(`MFA required but no cached answer for: ${question}`)
    const next = await login.client.submitMfa(answer).catch(nextQuestion)
    if (next instanceof MfaRequiredError) throw new Error('Auto-MFA failed')
    return next
  })
}

/** The same as with a fallback, by the class that holds the cache. */
export function withManager(login: Login, manager: MfaManager, choose: (asked: MfaRequiredError) => string) {
  return answering(login, async (first) => {
    const cached = manager.answer(first.question)
    const next = cached === null ? first : await login.client.submitMfa(cached).catch(nextQuestion)
    if (!(next instanceof MfaRequiredError)) return next
    const answer = choose(next)
    const session = await login.client.submitMfa(answer)
    manager.add(next.question, answer)
    return session
  })
}

/** Logs in, and where a question is asked goes on with that; whatever fails closes the client. */
async function answering(
  { client, username, password }: Login,
  answer: (asked: MfaRequiredError) => Promise<Session>,
): Promise<Session> {
  try {
    const first = await client.login(username, password).catch(nextQuestion)
    return first instanceof MfaRequiredError ? await answer(first) : first
  } catch (error) {
    client.close()
    throw error
  }
}

function nextQuestion(error: unknown): MfaRequiredError {
  if (error instanceof MfaRequiredError) return error
  throw error
}

function show({ question, propositions }: MfaRequiredError, { print }: Terminal, cached: readonly string[] = []): void {
  print(`Question: ${question}`)
  for (const [index, option] of propositions.entries())
    print(`  ${index}: ${option}${cached.includes(option) ? ' (cached)' : ''}`)
}
