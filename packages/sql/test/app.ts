import { createMfa, type Mfa, type MfaOptions, type User } from '@latchkey/core'
import type { SqlStorage } from '../src/index.ts'

export const alice: User = { id: '1', name: 'alice@example.com' }

/** What alice had in another system. */
export const imported = { totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', recoveryCodes: ['first-code', 'other-code'] }
export const recoveryCode = { code: 'first-code' }

/** The second factor of an app on this storage. */
export function mfaOn(storage: SqlStorage, options: Partial<MfaOptions> = {}): Mfa {
  const secret = 'Zq3vXl8mT0pRk5yWb1nHc7sJd4gFa9uE2oQ6iLw'
  return createMfa({ secret, issuer: 'Acme', storage, findUser: () => alice, ...options })
}

/** A challenge of alice, who has signed in with her password. */
export async function challengeOf(mfa: Mfa): Promise<string> {
  const challenge = await mfa.challenge(alice)
  if (challenge.kind !== 'challenge') throw new Error('alice has no second factor')
  return challenge.ephemeralToken
}

/** Alice's storage fails closed. */
export const unavailable = { code: 'storage_unavailable' }
