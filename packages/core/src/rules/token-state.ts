import type { MfaRecord } from '../record/record.ts'
import type { TokenClaims } from '../tokens/claims.ts'
import { type RefusedToken, refusedToken } from '../tokens/refused.ts'

/** The rule's part of a token's check: what only the record of now can tell. */
export function deadToken(record: MfaRecord, claims: TokenClaims): RefusedToken | null {
  if (claims.epoch !== record.epoch) return refusedToken('old_epoch')
  return record.spent.has(claims.tokenId) ? refusedToken('spent_token') : null
}
