import type { ProofContent } from '../ports/proof.ts'
import type { JsonObject } from '../ports/values.ts'

/** What every token says, once it has been found good. */
export interface BaseClaims {
  readonly userId: string
  readonly tokenId: string
  /** When it expires, in milliseconds since 1970. */
  readonly expiresAt: number
  /** Whether the user still has the stamp the token was made under. */
  hasStampOf(user: Holder): boolean
}

/** The claims of a token that is good for one epoch: those of what is in flight. */
export interface TokenClaims extends BaseClaims {
  readonly epoch: number
}

/** The claims of an activation token. */
export interface ActivationClaims extends TokenClaims, ActivationContent {}

/** What an activation token keeps of an enrollment. */
export interface ActivationContent {
  /** The factor that is being enrolled. */
  readonly factor: string
  /** What the factor's `begin` left for its `confirm`. */
  readonly pending: JsonObject
  /** Set if nobody is signed in yet: then confirming signs in. */
  readonly isEnrollee?: true | undefined
  /** The backups whose codes have been handed out already. */
  readonly backups?: readonly PreparedBackup[] | undefined
}

/** A backup before it stands: it comes alive with the enrollment. */
export type PreparedBackup = {
  readonly type: string
  readonly name: string
  readonly data: JsonObject
  readonly codes: readonly string[]
}

/** The claims of a refresh token. */
export interface RefreshClaims extends BaseClaims {
  readonly familyId: string
  /** Which of its family's tokens it is, from 0. */
  readonly generation: number
}

/** The claims of an access token. */
export interface AccessClaims extends BaseClaims {
  readonly familyId: string
  readonly factor: string | null
  readonly authenticatorId: string | null
  readonly amr: readonly string[]
  /** When the second factor was passed, in milliseconds since 1970, to the second; null if none was. */
  readonly provedAt: number | null
}

/** What an access token tells of how its user signed in. */
export interface Authentication extends Pick<ProofContent, 'amr' | 'factor' | 'authenticatorId' | 'provedAt'> {
  /** When the user signed in, in milliseconds since 1970. */
  readonly signedInAt: number
}

/** Whose token it is: the part of a user that tokens carry. */
export interface Holder {
  readonly id: string
  readonly stamp?: string | undefined
}

/** What a new token of something in flight is about. */
export interface TokenSubject {
  readonly user: Holder
  readonly epoch: number
}
