import type { HttpAnswer } from '@latchkey/testing'
import type { Person } from './person.ts'

/** Tries a code, as often as wanted. */
export type Try = (code: unknown) => Promise<HttpAnswer>

/** A place that takes a code of an enrolled user's second factor. */
export interface Door {
  readonly name: string
  /** Goes there as the user, whose own browser is signed in. */
  readonly open: (user: Person) => Promise<Try>
}

const verify: Door = {
  name: 'verify',
  async open(user) {
    const ephemeralToken = await user.challenge()
    return (code) => user.verify(ephemeralToken, code)
  },
}

const login: Door = {
  name: 'login in one call',
  open: async (user) => (code) => user.login(undefined, { code }),
}

const stepUp: Door = {
  name: 'step-up',
  open: async (user) => (code) => user.browser.post('/auth/mfa/step-up', { code }),
}

const deactivate: Door = {
  name: 'deactivate',
  open: async (user) => (code) => user.browser.post('/auth/mfa/totp/deactivate', { code, password: user.password }),
}

/** Every place, deactivation last since it ends the second factor. */
export const doors: readonly Door[] = [verify, login, stepUp, deactivate]

/** The places that sign in. */
export const signInDoors: readonly Door[] = [verify, login]
