import { MfaError } from '../../errors.ts'
import type { Factor } from '../../factors/factor.ts'
import type { Proof } from '../../ports/proof.ts'
import type { User } from '../../ports/user.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { authenticatorsOf } from '../../rules/methods.ts'
import { checkUser } from '../../rules/proof.ts'
import { type ProofInput, prove } from '../../rules/prove.ts'
import { type CallOptions, type Core, decide, fail, sealProof } from '../decide.ts'

/**
 * Signs in by one factor that stands alone, without a password: one read and one put. The answer itself tells whose it is.
 *
 * @throws MfaError `invalid_credentials` if it is nobody's who may sign in; otherwise as `verify` does
 * @throws TypeError if no such factor signs in alone
 */
export async function signInAlone(
  core: Core,
  type: string,
  call: CallOptions & { input: ProofInput },
): Promise<{ user: User; proof: Proof }> {
  const user = await identifyUser(core, standaloneFactor(core, type), call)
  const asked = { userId: user.id, purpose: 'sign_in', tokenId: null, input: call.input, only: type } as const
  const act = { type: 'sign_in', userId: user.id, requestId: call.requestId } as const
  const proof = await decide(core, act, async (record, nowMs): Promise<Decision<Proof>> => {
    // A user without this factor has none to sign in with, and nobody may learn so.
    if (authenticatorsOf(record, type).length === 0)
      return refuse(record, new MfaError('invalid_credentials'), { factor: type, reason: 'not_enabled' })
    return sealProof(core, user, await prove(core, record, { ...asked, nowMs }))
  })
  return { user, proof }
}

/** A factor that signs in alone. */
type Standalone = Factor & Required<Pick<Factor, 'identify'>>

/** @throws TypeError if there is none such */
function standaloneFactor({ factors }: Core, type: string): Standalone {
  const factor = factors.find((candidate) => candidate.type === type)
  if (!isStandalone(factor)) throw new TypeError(`no factor '${type}' signs in alone`)
  return factor
}

/** Whether a factor signs in alone. */
export function isStandalone(factor: Factor | undefined): factor is Standalone {
  return factor?.identify !== undefined
}

async function identifyUser(core: Core, factor: Standalone, call: CallOptions & { input: ProofInput }): Promise<User> {
  const { type, field } = factor
  const found = await factor.identify(call.input[field.name], { keys: core.keysOf(type), nowMs: core.now() })
  const user = found === null ? null : ((await core.findUser(found)) ?? null)
  if (user !== null && user.id === found) {
    checkUser(user)
    return user
  }
  const error = new MfaError('invalid_credentials')
  const reason = found === null ? 'wrong' : 'user_gone'
  fail(core, { type: 'sign_in', userId: found, requestId: call.requestId }, { error, about: { factor: type, reason } })
  throw error
}
