import type { User } from './user.ts'

/**
 * How much a factor is worth, the least first: what the user knows, what a mailbox or a phone number gets, what the user
 * has, and what no look-alike page can pass on (NIST SP 800-63B-4 section 3.2.5).
 */
export type Strength = 'knowledge' | 'channel' | 'possession' | 'phishing_resistant'

/** What a proof says. */
export interface ProofContent {
  readonly userId: string
  /** RFC 8176 values: `['pwd']` if no second factor is enrolled, otherwise `pwd`, the factor's own, `mfa`. */
  readonly amr: readonly string[]
  /** The factor that was passed, `null` if none is enrolled. */
  readonly factor: string | null
  /** The authenticator that was used, `null` if none is enrolled. */
  readonly authenticatorId: string | null
  /** How much the factor is worth, `null` if none is enrolled. */
  readonly strength: Strength | null
  /** When the second factor was passed, in milliseconds since 1970; `null` if none is enrolled, or it proves too little. */
  readonly provedAt: number | null
}

declare const proofBrand: unique symbol

/**
 * Evidence that a user passed the first factor and, if one is enrolled, the second.
 * Only Latchkey makes one: the brand keeps a look-alike from being passed to `signIn`.
 */
export interface Proof extends ProofContent {
  readonly [proofBrand]: true
  /**
   * The proof as one encrypted string of printable ASCII, some 300 characters. The host keeps it as it is and hands it back
   * with `currentUser`. It opens for this user alone, and only while the user's stamp is the same.
   */
  readonly sealed: string
}

/** A user who is signed in, as the host remembers it. */
export interface SignedIn {
  readonly user: User
  /** `sealed` of the latest proof, as it was kept; `null` if there is none. What does not open counts as none. */
  readonly proof: string | null
  /** An id of the sign-in, made when it began: random, and never the session's own. With bearer tokens the family's id. */
  readonly session: string
}
