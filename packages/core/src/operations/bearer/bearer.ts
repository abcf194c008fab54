import { MfaError } from '../../errors.ts'
import type { AccessToken, TokenSet } from '../../ports/bearer.ts'
import type { Proof, SignedIn } from '../../ports/proof.ts'
import type { User } from '../../ports/user.ts'
import { type Family, forgetExpired, type MfaRecord } from '../../record/record.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { strengthOf } from '../../rules/methods.ts'
import { checkUser } from '../../rules/proof.ts'
import { type RefusedToken, refusedToken } from '../../tokens/refused.ts'
import { type CallOptions, type Core, decide, fail } from '../decide.ts'
import { findHolder, holderOf } from '../login/token-holder.ts'

const familyIdBytes = 12

/** Begins a family of tokens for a user who has just signed in: one read and one put. */
export async function issueTokens(core: Core, user: User, call: CallOptions & { proof: Proof }): Promise<TokenSet> {
  checkUser(user)
  if (call.proof.userId !== user.id) throw new TypeError('the proof is of another user')
  const id = Buffer.from(core.randomBytes(familyIdBytes)).toString('base64url')
  const act = { type: 'issue', userId: user.id, requestId: call.requestId } as const
  const family = await decide(core, act, (record, nowMs): Decision<Family> => {
    const begun = newFamily(core, call.proof, nowMs)
    const { families } = forgetExpired(record, nowMs)
    return { record: { ...record, families: withoutOldest(new Map([[id, begun], ...families]), core) }, result: begun }
  })
  return tokenSet(core, user, { id, family })
}

function newFamily(core: Core, proof: Proof, nowMs: number): Family {
  const expiresAt = nowMs + core.bearer.refreshTokenSeconds * 1000
  return { generation: 0, signedInAt: nowMs, lastUsedAt: nowMs, expiresAt, ...provenOf(proof) }
}

function provenOf({ amr, factor, authenticatorId, provedAt }: Proof) {
  return { amr, factor, authenticatorId, provedAt }
}

/** At most as many as allowed: those go that were longest without use. */
function withoutOldest(families: MfaRecord['families'], { bearer }: Core): MfaRecord['families'] {
  const latest = [...families].toSorted(([, one], [, other]) => other.lastUsedAt - one.lastUsedAt)
  return new Map(latest.slice(0, bearer.families))
}

async function tokenSet(core: Core, user: User, { id, family }: { id: string; family: Family }): Promise<TokenSet> {
  const [access, refreshToken] = await Promise.all([
    accessToken(core, user, { id, family }),
    core.tokens.signRefresh(user, { ...family, familyId: id }),
  ])
  return { ...access, refreshToken }
}

async function accessToken(
  core: Core,
  user: User,
  { id, family }: { id: string; family: Family },
): Promise<AccessToken> {
  const token = await core.accessTokens.sign(user, id, family)
  return { accessToken: token, tokenType: 'bearer', expiresIn: core.bearer.accessTokenSeconds }
}

/**
 * Gives the next tokens of a family for its last refresh token: one read and one put. An earlier one has been copied,
 * so the holder of the family's other tokens may be the thief: the family ends (RFC 9700 section 4.14.2).
 */
export async function refreshTokens(core: Core, token: unknown, call: CallOptions): Promise<TokenSet> {
  const { user, claims } = await holderOf(core, await core.tokens.openRefresh(token), { ...call, type: 'refresh' })
  const { familyId: id, generation } = claims
  const act = { type: 'refresh', userId: user.id, requestId: call.requestId } as const
  const family = await decide(core, act, (record, nowMs): Decision<Family> => {
    const known = record.families.get(id)
    if (known === undefined) return refusedAs(record, refusedToken('ended_family'))
    if (known.generation !== generation) return refusedAs(withoutFamily(record, id), refusedToken('reused_token'))
    const next = { ...known, generation: generation + 1, lastUsedAt: nowMs }
    return { record: { ...record, families: new Map([...record.families, [id, next]]) }, result: next }
  })
  return tokenSet(core, user, { id, family })
}

function withoutFamily(record: MfaRecord, familyId: string): MfaRecord {
  return { ...record, families: new Map([...record.families].filter(([id]) => id !== familyId)) }
}

function refusedAs(record: MfaRecord, { error, reason }: RefusedToken): Decision<never> {
  return refuse(record, error, { reason })
}

/** Ends a refresh token's family: one read and one put. A token that is no good is no error (RFC 7009 section 2.2). */
export async function endFamily(core: Core, token: unknown, call: CallOptions): Promise<void> {
  const claims = await core.tokens.openRefresh(token)
  const { requestId } = call
  if ('error' in claims) {
    return fail(core, { type: 'revoke', userId: null, requestId }, { error: claims.error, about: claims })
  }
  return decide(core, { type: 'revoke', userId: claims.userId, requestId }, (record): Decision<undefined> => {
    const isThere = record.families.has(claims.familyId)
    return { record: isThere ? withoutFamily(record, claims.familyId) : record, result: undefined }
  })
}

/** Gives a new access token after a fresh proof, and has the family remember it: one read and one put. */
export async function renewAccess(
  core: Core,
  token: unknown,
  call: CallOptions & { proof: Proof },
): Promise<AccessToken> {
  const { user, claims } = await holderOf(core, await core.accessTokens.open(token), { ...call, type: 'issue' })
  if (call.proof.userId !== user.id) throw new TypeError('the proof is of another user')
  const { familyId: id } = claims
  const act = { type: 'issue', userId: user.id, requestId: call.requestId } as const
  const family = await decide(core, act, (record, nowMs): Decision<Family> => {
    const known = record.families.get(id)
    if (known === undefined) return refuse(record, new MfaError('unauthenticated'), { reason: 'ended_family' })
    const next = { ...known, ...provenOf(call.proof), lastUsedAt: nowMs }
    return { record: { ...record, families: new Map([...record.families, [id, next]]) }, result: next }
  })
  return accessToken(core, user, { id, family })
}

/** Reads who is signed in by an access token, without a storage call. */
export async function readAccess(core: Core, token: unknown): Promise<SignedIn | null> {
  const found = await findHolder(core, await core.accessTokens.open(token))
  if ('error' in found) return null
  const { user, claims } = found
  const { provedAt, factor, authenticatorId, amr, familyId: session } = claims
  const strength = factor === null ? null : strengthOf(core, factor)
  const content = { userId: user.id, amr, factor, authenticatorId, strength, provedAt }
  return { user, proof: core.proofs.seal(user, content).sealed, session }
}
