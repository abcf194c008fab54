import {
  type HttpAnswer,
  type HttpClient,
  type ManualClock,
  type VirtualAuthenticator,
  virtualAuthenticator,
} from '@latchkey/testing'
import { expect } from 'vitest'

/** Somebody with an account, a browser and, once enrolled, an authenticator app. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly password: string
  /** The person's own browser. */
  readonly browser: HttpClient
  /** The authenticator app. */
  readonly app: VirtualAuthenticator
  /** The recovery codes that were handed out last. */
  readonly codes: readonly string[]
  /** The id of the authenticator that was confirmed last. */
  readonly authenticatorId: string
  /** Gives the first factor; with `code` in `more` the second one too. */
  login(client?: HttpClient, more?: object): Promise<HttpAnswer>
  /** A new challenge's ephemeral token. */
  challenge(): Promise<string>
  /** Answers a challenge. */
  verify(ephemeralToken: string, code: unknown, client?: HttpClient): Promise<HttpAnswer>
  /** Begins an enrollment in the own browser. */
  begin(): Promise<Begun>
  /** Signs in and enrolls an app, 30 seconds ago. */
  enroll(): Promise<Person>
  /** The same person with the same phone at another process. */
  at(browser: () => HttpClient): Person
  /** The app's code half a minute later, which nobody has used. */
  newCode(): string
  /** A code that is wrong for many minutes. */
  wrongCode(): string
  /** Signs in with both factors, half a minute later. */
  signIn(client?: HttpClient): Promise<HttpAnswer>
}

export interface Begun {
  readonly activationToken: string
  readonly secret: string
  readonly app: VirtualAuthenticator
}

interface Phone {
  readonly app: VirtualAuthenticator
  readonly codes: readonly string[]
  readonly authenticatorId: string
}

interface Account {
  readonly id: string
  readonly name: string
  readonly password: string
  readonly clock: ManualClock
  readonly browser: () => HttpClient
}

export function createPerson(account: Account, pocket: { phone: Phone | null } = { phone: null }): Person {
  const { id, name, password, clock, browser } = account
  const own = browser()
  const phone = () => {
    if (pocket.phone === null) throw new Error(`${name} is not enrolled`)
    return pocket.phone
  }
  const person: Person = {
    id,
    name,
    password,
    browser: own,
    get app() {
      return phone().app
    },
    get codes() {
      return phone().codes
    },
    get authenticatorId() {
      return phone().authenticatorId
    },
    login: (client = browser(), more = {}) => client.post('/auth/login', { username: name, password, ...more }),
    async challenge() {
      return textOf(await person.login(), 'ephemeral_token')
    },
    verify: (ephemeralToken, code, client = browser()) =>
      client.post('/auth/mfa/verify', { ephemeral_token: ephemeralToken, code }),
    async begin() {
      const answer = await own.get('/auth/mfa/totp/activate')
      const secret = textOf(answer, 'secret')
      const app = virtualAuthenticator(textOf(answer, 'totp_url'))
      return { activationToken: textOf(answer, 'activation_token'), secret, app }
    },
    async enroll() {
      expectPassed(await person.login(own))
      const { activationToken, app } = await person.begin()
      const answer = await own.post('/auth/mfa/totp/activate', {
        activation_token: activationToken,
        code: app.code(clock.now()),
      })
      const body = expectPassed(answer) as { recovery_codes: string[]; authenticator: { id: string } }
      pocket.phone = { app, codes: body.recovery_codes, authenticatorId: body.authenticator.id }
      clock.advance(30)
      return person
    },
    at: (elsewhere) => createPerson({ ...account, browser: elsewhere }, pocket),
    newCode: () => phone().app.code(clock.advance(30)),
    wrongCode: () => phone().app.wrongCode(clock.now()),
    async signIn(client = own) {
      const answer = await person.verify(await person.challenge(), person.newCode(), client)
      expectPassed(answer)
      return answer
    },
  }
  return person
}

/** Asserts that it worked, and gives the body. */
export function expectPassed(answer: HttpAnswer): Record<string, unknown> {
  expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: answer.text })
  const body = answer.json() as Record<string, unknown>
  expect(body['mfa_required']).toBeUndefined()
  return body
}

function textOf(answer: HttpAnswer, field: string): string {
  expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: answer.text })
  const value = (answer.json() as Record<string, unknown>)[field]
  if (typeof value !== 'string') throw new TypeError(`there is no ${field} in ${answer.text}`)
  return value
}
