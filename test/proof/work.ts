import { isMfaError, type Mfa } from '@latchkey/core'
import { virtualAuthenticator } from '@latchkey/testing'

/** What a process was told is done, or that it is not; the parent holds the storage to it. */
export type Acknowledged =
  | { readonly userId: string; readonly what: 'enrolled'; readonly recoveryCodes: readonly string[] }
  | { readonly userId: string; readonly what: 'totp'; readonly step: number }
  | { readonly userId: string; readonly what: 'recovery_code'; readonly code: string }
  | { readonly userId: string; readonly what: 'refused'; readonly code: string }

interface Work {
  readonly nowMs: number
  readonly acknowledge: (step: Acknowledged) => void
}

/**
 * Enrolls a new user and signs in by each factor; stops at the first refusal.
 *
 * @returns whether all of it was done
 */
export async function work(mfa: Mfa, userId: string, { nowMs, acknowledge }: Work): Promise<boolean> {
  const user = { id: userId, name: userId, stamp: '1' }
  try {
    const { activationToken, totpUrl } = await mfa.begin('totp', user)
    const app = virtualAuthenticator(totpUrl)
    const { recoveryCodes } = await mfa.confirm('totp', user, { activationToken, code: app.code(nowMs) })
    acknowledge({ userId, what: 'enrolled', recoveryCodes })
    acknowledge({ userId, what: 'totp', step: app.step(nowMs) })

    const [code = ''] = recoveryCodes
    await signIn(code)
    acknowledge({ userId, what: 'recovery_code', code })

    const step = app.step(nowMs) + 1
    await signIn(app.codeAt(step))
    acknowledge({ userId, what: 'totp', step })
    return true
  } catch (error) {
    acknowledge({ userId, what: 'refused', code: isMfaError(error) ? error.code : String(error) })
    return false
  }

  async function signIn(code: string): Promise<void> {
    const challenge = await mfa.challenge(user)
    if (challenge.kind !== 'challenge') throw new Error(`${userId} was let in without a second factor`)
    await mfa.verify(challenge.ephemeralToken, { code })
  }
}
