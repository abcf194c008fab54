import type { OpenChallenge } from '../../factors/factor-route.ts'
import type { Proof } from '../../ports/proof.ts'
import type { User } from '../../ports/user.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { holdingOf } from '../../rules/methods.ts'
import { checkUser } from '../../rules/proof.ts'
import { type ProofInput, prove } from '../../rules/prove.ts'
import { deadToken } from '../../rules/token-state.ts'
import { type CallOptions, type Core, consult, decide, sealProof } from '../decide.ts'
import { holderOf } from './token-holder.ts'

/** Answers a challenge: one read and one put. The token is spent with the code, in one write. */
export async function verify(
  core: Core,
  ephemeralToken: unknown,
  asked: CallOptions & { input: ProofInput },
): Promise<{ user: User; proof: Proof }> {
  const { user, claims } = await openEphemeral(core, ephemeralToken, asked)
  const { input, requestId } = asked
  const { tokenId } = claims
  const call = { userId: user.id, purpose: 'login', tokenId, input } as const
  const act = { type: 'verify', userId: user.id, requestId } as const
  const proof = await decide(core, act, async (record, nowMs): Promise<Decision<Proof>> => {
    const dead = deadToken(record, claims)
    if (dead !== null) return refuse(record, dead.error, { reason: dead.reason })
    const decision = sealProof(core, user, await prove(core, record, { ...call, nowMs }))
    if (decision.error !== undefined) return decision
    const spent = new Map([...decision.record.spent, [tokenId, claims.expiresAt]])
    return { ...decision, record: { ...decision.record, spent } }
  })
  return { user, proof }
}

/** Opens an ephemeral token and finds its user. @throws MfaError `invalid_token`, with its event */
async function openEphemeral(core: Core, token: unknown, { requestId }: CallOptions) {
  return holderOf(core, await core.tokens.openEphemeral(token), { type: 'verify', requestId })
}

/** Whose challenge a token is that could still be answered, for a factor's own route: one read. */
export async function openChallenge(
  core: Core,
  type: string,
  call: CallOptions & { ephemeralToken: unknown },
): Promise<OpenChallenge> {
  const { user, claims } = await openEphemeral(core, call.ephemeralToken, call)
  const act = { type: 'factor', userId: user.id, requestId: call.requestId } as const
  return consult(core, act, (record): Decision<OpenChallenge> => {
    const dead = deadToken(record, claims)
    if (dead !== null) return refuse(record, dead.error, { factor: type, reason: dead.reason })
    const { tokenId, expiresAt } = claims
    return { record, result: { user, tokenId, expiresAt, ...holdingOf(core, record, type) }, about: { factor: type } }
  })
}

/** Takes a fresh proof of a signed-in user: one read and one put. */
export async function stepUp(core: Core, user: User, asked: CallOptions & { input: ProofInput }): Promise<Proof> {
  checkUser(user)
  const { input, requestId } = asked
  const call = { userId: user.id, purpose: 'step_up', tokenId: null, input } as const
  return decide(core, { type: 'step_up', userId: user.id, requestId }, async (record, nowMs) =>
    sealProof(core, user, await prove(core, record, { ...call, nowMs })),
  )
}
