import { MfaError } from '../../errors.ts'
import type { Proof } from '../../ports/proof.ts'
import type { User } from '../../ports/user.ts'
import { isEnabled, type MfaRecord } from '../../record/record.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { judgePassword, passwordWait } from '../../rules/password.ts'
import { checkUser, passwordProof } from '../../rules/proof.ts'
import { type CallOptions, type Core, conclude, decide } from '../decide.ts'

/**
 * Takes the password again of a signed-in user who has no second factor: one read, then the host is asked, then one read, and
 * one put if a count changes. While something is enrolled, the password alone renews nothing, and the host is not asked.
 *
 * @throws MfaError `invalid_request` while something is enrolled, `invalid_credentials`, `too_many_attempts`
 */
export async function confirmPassword(
  core: Core,
  user: User,
  call: CallOptions & { readonly ask: () => Promise<boolean> },
): Promise<Proof> {
  checkUser(user)
  const act = { type: 'step_up', userId: user.id, requestId: call.requestId } as const
  const before = await core.commit.read(user.id)
  const early = enrolledRefusal(before) ?? passwordWait(core, before, core.now())
  if (early !== null) return conclude(core, act, async () => early)
  const isCorrect = await call.ask()
  return decide(core, act, (record, nowMs): Decision<Proof> => {
    const refusal = enrolledRefusal(record)
    if (refusal !== null) return refusal
    const judged = judgePassword(core, record, { isCorrect, nowMs })
    return judged.error === undefined ? { ...judged, result: core.proofs.seal(user, passwordProof(user)) } : judged
  })
}

function enrolledRefusal(record: MfaRecord): (Decision<never> & { readonly error: MfaError }) | null {
  if (!isEnabled(record)) return null
  const detail = 'a second factor is enrolled: send an answer of it'
  return refuse(record, new MfaError('invalid_request', { detail }))
}
