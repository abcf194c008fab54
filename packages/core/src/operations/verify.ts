import type { Challenged } from '../factors/factor.ts'
import type { Proof, User } from '../ports.ts'
import type { MfaRecord } from '../record/record.ts'
import type { TokenClaims } from '../tokens/claims.ts'
import { type RefusedToken, refusedToken } from '../tokens/opening.ts'
import { authenticatorsOf, type CallOptions, type Core, consult, type Decision, decide, refuse } from './core.ts'
import { holderOf } from './holder.ts'
import { type ProofInput, prove } from './prove.ts'

/** Answers a challenge: one read and one put. The token is spent with the code, in one write. */
export async function verify(
  core: Core,
  ephemeralToken: unknown,
  asked: CallOptions & { input: ProofInput },
): Promise<{ user: User; proof: Proof }> {
  const { user, claims } = await challenged(core, ephemeralToken, asked)
  const act = { type: 'verify', userId: user.id, requestId: asked.requestId } as const
  const proof = await decide(core, act, async (record, nowMs): Promise<Decision<Proof>> => {
    const dead = deadToken(record, claims)
    if (dead !== null) return refuse(record, dead.error, { reason: dead.reason })
    const { tokenId } = claims
    const decision = await prove(core, record, {
      userId: user.id,
      purpose: 'login',
      tokenId,
      nowMs,
      input: asked.input,
    })
    if (decision.error !== undefined) return decision
    const spent = new Map([...decision.record.spent, [tokenId, claims.expiresAt]])
    return { ...decision, record: { ...decision.record, spent } }
  })
  return { user, proof }
}

/** Opens an ephemeral token and finds its user. @throws MfaError `invalid_token`, with its event */
async function challenged(core: Core, token: unknown, { requestId }: CallOptions) {
  return holderOf(core, await core.tokens.openEphemeral(token), { type: 'verify', requestId })
}

/** Whose challenge a token is that could still be answered, for a factor's own route: one read. */
export async function challengeOf(
  core: Core,
  type: string,
  call: CallOptions & { ephemeralToken: unknown },
): Promise<Challenged> {
  const { user, claims } = await challenged(core, call.ephemeralToken, call)
  const act = { type: 'factor', userId: user.id, requestId: call.requestId } as const
  return consult(core, act, (record): Decision<Challenged> => {
    const dead = deadToken(record, claims)
    if (dead !== null) return refuse(record, dead.error, { factor: type, reason: dead.reason })
    const [authenticators, state] = [authenticatorsOf(record, type), record.states[type] ?? {}]
    return { record, result: { user, tokenId: claims.tokenId, authenticators, state }, about: { factor: type } }
  })
}

/** The rule's part of a token's check: what only the record of now can tell. */
export function deadToken(record: MfaRecord, claims: TokenClaims): RefusedToken | null {
  if (claims.epoch !== record.epoch) return refusedToken('old_epoch')
  return record.spent.has(claims.tokenId) ? refusedToken('spent_token') : null
}
