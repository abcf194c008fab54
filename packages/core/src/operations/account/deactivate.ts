import { MfaError } from '../../errors.ts'
import type { User } from '../../ports.ts'
import { isEnabled, type MfaRecord } from '../../record/record.ts'
import { without } from '../../rules/authenticators.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { enrollable } from '../../rules/enroll.ts'
import { authenticatorsOf } from '../../rules/methods.ts'
import { checkUser } from '../../rules/proof.ts'
import { type ProofInput, prove } from '../../rules/prove.ts'
import { charge, clear, whileWaiting } from '../../rules/throttle.ts'
import { type CallOptions, type Core, decide } from '../decide.ts'

/** The count of wrong passwords at deactivation. */
const passwordCount = 'password'

export type DeactivateCall = CallOptions & {
  readonly input: ProofInput
  /** What the host said of the password, where it was asked. Held back until its count is written. */
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
    const password = checkPassword(core, record, { correct: call.passwordCorrect, nowMs })
    if (password.error !== undefined) return password
    const asked = { userId: user.id, purpose: 'deactivate', tokenId: null, nowMs, input: call.input } as const
    const decision = await prove(core, password.record, asked)
    if (decision.error !== undefined) return decision
    const left = without(core, decision.record, authenticatorsOf(decision.record, type))
    const { codesLeft: _, ...rest } = decision
    // Codes that are gone with the last factor do not run low.
    return { ...(isEnabled(left) ? decision : rest), record: left, result: undefined }
  })
}

function checkPassword(
  core: Core,
  record: MfaRecord,
  asked: { correct: boolean | undefined; nowMs: number },
): Decision<undefined> {
  if (asked.correct === undefined) return { record, result: undefined }
  const waiting = whileWaiting(core, record, { count: passwordCount, nowMs: asked.nowMs })
  if (waiting !== null) return waiting
  if (asked.correct) return { record: clear(record, [passwordCount]), result: undefined }
  const charged = charge(record, [passwordCount], { limits: core.attempts, nowMs: asked.nowMs })
  return refuse(charged, new MfaError('invalid_credentials'), { reason: 'wrong_password' })
}
