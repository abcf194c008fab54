import { MfaError } from '../../errors.ts'
import type { User } from '../../ports/user.ts'
import { isEnabled } from '../../record/record.ts'
import { withoutAuthenticators } from '../../rules/authenticators.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { enrollable } from '../../rules/enroll.ts'
import { authenticatorsOf } from '../../rules/methods.ts'
import { judgePassword } from '../../rules/password.ts'
import { checkUser } from '../../rules/proof.ts'
import { type ProofInput, prove } from '../../rules/prove.ts'
import { type CallOptions, type Core, decide } from '../decide.ts'

export type DeactivateCall = CallOptions & {
  readonly input: ProofInput
  /** What the host said of the password, if it was asked. Held back until its count is written. */
  readonly passwordCorrect?: boolean | undefined
}

/** Removes every authenticator of a factor, against a code of any factor: one read and one put. */
export async function deactivate(core: Core, type: string, user: User, call: DeactivateCall): Promise<void> {
  checkUser(user)
  enrollable(core, type)
  const act = { type: 'deactivate', userId: user.id, requestId: call.requestId } as const
  return decide(core, act, async (record, nowMs): Promise<Decision<undefined>> => {
    const own = authenticatorsOf(record, type)
    if (own.length === 0) return refuse(record, new MfaError('not_enabled'), { factor: type })
    const { passwordCorrect: isCorrect } = call
    const judged = isCorrect === undefined ? null : judgePassword(core, record, { isCorrect, nowMs })
    if (judged?.error !== undefined) return judged
    const asked = { userId: user.id, purpose: 'deactivate', tokenId: null, nowMs, input: call.input } as const
    const decision = await prove(core, judged?.record ?? record, asked)
    if (decision.error !== undefined) return decision
    const left = withoutAuthenticators(core, decision.record, authenticatorsOf(decision.record, type))
    const { codesLeft: _, ...rest } = decision
    // Codes that are gone with the last factor do not run low.
    return { ...(isEnabled(left) ? decision : rest), record: left, result: undefined }
  })
}
