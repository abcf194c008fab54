// Every operation once, with what a second run of it comes to: the flows that faults are thrown at.

import { virtualAuthenticator } from '@latchkey/testing'
import type { Mfa, MfaOptions, Proof, User } from '../../src/index.ts'
import { createWorld, enroll, login, type World } from '../world.ts'

/** What the operations are done with: plain data, so that another process can do them as well. */
export interface Given {
  readonly alice: User
  readonly mallory: User
  readonly enrolled: { readonly id: string; readonly codes: readonly string[] }
  readonly token: string
  readonly fresh: { readonly provedAt: number }
  /** Alice's second authenticator, and mallory's first. */
  readonly begun: { readonly activationToken: string; readonly code: string }
  readonly begunFirst: { readonly activationToken: string; readonly code: string }
  /** What mallory registered with. */
  readonly enrollee: { readonly activationToken: string; readonly code: string }
  readonly proof: Proof
  readonly refreshToken: string
  readonly right: string
  readonly wrong: string
}

export interface Scene extends World {
  readonly given: Given
}

/** Alice enrolled, being challenged and enrolling a second authenticator. */
export async function openScene(options: Partial<MfaOptions> = {}, suffix = ''): Promise<Scene> {
  const world = createWorld(options, suffix)
  const { alice, mallory, clock } = world
  const { app, codes, id, proof } = await enroll(world)
  const fresh = { provedAt: clock.now() }
  const begunBy = async (user: User) => {
    const { activationToken, totpUrl } = await world.mfa.begin('totp', user, fresh)
    return { activationToken, code: virtualAuthenticator(totpUrl).code(clock.now()) }
  }
  const [begun, begunFirst] = [await begunBy(alice), await begunBy(mallory)]
  const registered = await world.mfa.register(mallory)
  const enrollee = {
    activationToken: registered.activationToken,
    code: virtualAuthenticator(String(registered['totpUrl'])).code(clock.now()),
  }
  const { refreshToken } = await world.mfa.tokens.issue(alice, proof)
  const token = await login(world)
  const [right, wrong] = [app.nextCode(clock.now()), app.wrongCode(clock.now())]
  world.storage.reset()
  const enrollments = { begun, begunFirst, enrollee }
  const tokens = { token, proof, refreshToken }
  return {
    ...world,
    given: { alice, mallory, enrolled: { id, codes }, fresh, ...enrollments, ...tokens, right, wrong },
  }
}

export interface Operation {
  readonly name: string
  readonly run: (mfa: Mfa, given: Given) => Promise<unknown>
  /** What it comes to without a fault. */
  readonly first: string
  /** What it comes to once more after that. */
  readonly again: string
}

const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

export const operations: readonly Operation[] = [
  operation('a login', 'ok', 'ok', (mfa, { alice }) => mfa.challenge(alice)),
  operation('a login with its code', 'ok', 'invalid_code 4', (mfa, { alice, right }) =>
    mfa.challenge(alice, { code: right }),
  ),
  operation('a verify', 'ok', 'invalid_token', (mfa, { token, right }) => mfa.verify(token, { code: right })),
  operation('a verify with a recovery code', 'ok', 'invalid_token', (mfa, { token, enrolled }) =>
    mfa.verify(token, { code: enrolled.codes[0] }),
  ),
  operation('a wrong code', 'invalid_code 4', 'invalid_code 3', (mfa, { token, wrong }) =>
    mfa.verify(token, { code: wrong }),
  ),
  operation('a step-up', 'ok', 'invalid_code 4', (mfa, { alice, right }) => mfa.stepUp(alice, { code: right })),
  operation('a step-up with a recovery code', 'ok', 'invalid_code 4', (mfa, { alice, enrolled }) =>
    mfa.stepUp(alice, { code: enrolled.codes[0] }),
  ),
  operation('a beginning', 'ok', 'ok', (mfa, { alice, fresh }) => mfa.begin('totp', alice, fresh)),
  operation('a first confirmation', 'ok', 'invalid_token', (mfa, { mallory, begunFirst }) =>
    mfa.confirm('totp', mallory, begunFirst),
  ),
  operation('a further confirmation', 'ok', 'invalid_token', (mfa, { alice, begun }) =>
    mfa.confirm('totp', alice, begun),
  ),
  operation('a confirmation that signs in', 'ok', 'invalid_token', (mfa, { enrollee }) =>
    mfa.confirmEnrollment('totp', enrollee),
  ),
  operation('tokens for a sign-in', 'ok', 'ok', (mfa, { alice, proof }) => mfa.tokens.issue(alice, proof)),
  operation('a refresh', 'ok', 'invalid_token', (mfa, { refreshToken }) => mfa.tokens.refresh(refreshToken)),
  operation('signing out', 'ok', 'ok', (mfa, { refreshToken }) => mfa.tokens.revoke(refreshToken)),
  operation('a wrong confirmation', 'invalid_code 4', 'invalid_code 3', (mfa, { alice, begun, wrong }) =>
    mfa.confirm('totp', alice, { ...begun, code: wrong }),
  ),
  operation('a deactivation', 'ok', 'not_enabled', (mfa, { alice, right }) =>
    mfa.deactivate('totp', alice, { code: right }),
  ),
  operation('a wrong password', 'invalid_credentials', 'invalid_credentials', (mfa, { alice, right }) =>
    mfa.deactivate('totp', alice, { code: right, passwordCorrect: false }),
  ),
  operation('a status', 'ok', 'ok', (mfa, { alice }) => mfa.status(alice.id)),
  operation('a list', 'ok', 'ok', (mfa, { alice }) => mfa.authenticators(alice.id)),
  operation('a look at the codes', 'ok', 'ok', (mfa, { alice, fresh }) => mfa.recoveryCodes(alice.id, fresh)),
  operation('new codes', 'ok', 'ok', (mfa, { alice, fresh }) => mfa.regenerateRecoveryCodes(alice.id, fresh)),
  operation('a rename', 'ok', 'ok', (mfa, { alice, enrolled }) =>
    mfa.renameAuthenticator(alice.id, enrolled.id, { name: 'x' }),
  ),
  operation('a removal', 'ok', 'not_enabled', (mfa, { alice, enrolled, fresh }) =>
    mfa.removeAuthenticator(alice.id, enrolled.id, fresh),
  ),
  operation('a removal of all', 'ok', 'not_enabled', (mfa, { alice, fresh }) =>
    mfa.removeAuthenticators('totp', alice.id, fresh),
  ),
  operation('a reset', 'ok', 'ok', (mfa, { alice }) => mfa.reset(alice.id)),
  operation('a revocation', 'ok', 'ok', (mfa, { alice }) => mfa.revokeTokens(alice.id)),
  operation('an import', 'ok', 'ok', (mfa, { alice }) => mfa.import(alice.id, { totpSecret })),
]

function operation(name: string, first: string, again: string, run: Operation['run']): Operation {
  return { name, first, again, run }
}
