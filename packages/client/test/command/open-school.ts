// An app with Latchkey that asks its pupils questions, with cookies for sessions. Its clock is the real one.

import { createMfa, type Mfa, memoryStorage, questions } from '@latchkey/core'
import { expressMfa, expressSessionHost } from '@latchkey/express'
import { oneTimeCode } from '@latchkey/one-time-code'
import { listen, type VirtualAuthenticator, virtualAuthenticator } from '@latchkey/testing'
import express from 'express'
import session from 'express-session'
import { onTestFinished } from 'vitest'

export const password = 'Correct Horse 47'
export const question = 'Where do you live?'
export const propositions = ['Lyon', 'Nantes', 'Paris', 'Lille']
export const rightAnswer = 'Paris'

const alice = { id: '1', name: 'alice', stamp: '1' }
const secret = 'kV3nX8pT1qL6wZ9sB4dF7gJ2hM5cR0yA'

export interface School {
  /** The address where Latchkey is mounted. */
  readonly url: string
  readonly mfa: Mfa
  /** Sets up alice's phone. Its current code is still unused. */
  readonly enrollPhone: () => Promise<VirtualAuthenticator>
  /** Begins to ask alice questions at each login. Gives her recovery codes. */
  readonly enrollQuestions: () => Promise<readonly string[]>
  /** Texts of the messages that were sent. */
  readonly mails: readonly string[]
  readonly isEnrolled: () => Promise<boolean>
}

export interface SchoolOptions {
  /** What is asked, in turns. */
  readonly asks?: readonly string[]
  readonly offers?: readonly string[]
  /** Whether accounts must have a second factor. */
  readonly demands?: boolean
}

export async function openSchool({
  asks = [question],
  offers = propositions,
  demands = false,
}: SchoolOptions = {}): Promise<School> {
  const mails: string[] = []
  const mfa = createMfa({
    ...{ secret, issuer: 'School', storage: memoryStorage() },
    findUser: (id) => (id === alice.id ? alice : null),
    factors: [
      questions({
        onlyFactor: true,
        next({ previous }) {
          const next = asks[(asks.indexOf(previous.at(-1)?.question ?? '') + 1) % asks.length] ?? question
          return { question: next, ...(offers.length === 0 ? {} : { propositions: offers }) }
        },
        check: ({ answer }) => answer === rightAnswer,
      }),
      oneTimeCode({ deliver: ({ text }) => void mails.push(text), host: 'app.example', channels: ['mail'] }),
    ],
    ...(demands ? { enrollment: () => 'required' as const } : {}),
  })
  const app = express()
  app.use(session({ secret, resave: false, saveUninitialized: false }))
  const host = expressSessionHost({
    findUser: mfa.findUser,
    checkCredentials: (body) => (body['username'] === 'alice' && body['password'] === password ? alice : null),
  })
  app.use('/auth', expressMfa(mfa, host).routes)
  const { url, close } = await listen(app)
  onTestFinished(close)
  return {
    url: `${url}/auth`,
    mfa,
    mails,
    async enrollPhone() {
      const { totpUrl, activationToken } = await mfa.begin('totp', alice)
      const phone = virtualAuthenticator(totpUrl)
      // The code of the previous step, so that the current one is still unused.
      const code = phone.codeAt(phone.step(Date.now()) - 1)
      await mfa.confirm('totp', alice, { activationToken, code })
      return phone
    },
    async enrollQuestions() {
      const { activationToken } = await mfa.begin('question', alice, {})
      const { recoveryCodes } = await mfa.confirm('question', alice, { activationToken, answer: rightAnswer })
      return recoveryCodes
    },
    isEnrolled: async () => (await mfa.status(alice.id)).mfaEnabled,
  }
}
