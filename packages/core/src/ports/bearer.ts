import type { Proof, SignedIn } from './proof.ts'
import type { User } from './user.ts'

/** A token that says who is signed in (RFC 6750, RFC 9068). */
export interface AccessToken {
  readonly accessToken: string
  readonly tokenType: 'bearer'
  /** Seconds. */
  readonly expiresIn: number
}

/** What a sign-in by bearer tokens gives. The refresh token is good for one more of these. */
export interface TokenSet extends AccessToken {
  readonly refreshToken: string
}

/** Bearer tokens instead of sessions. Each sign-in begins a family of them, kept in the user's record. */
export interface BearerTokens {
  /** Begins a family for a user who has just signed in. @throws MfaError `storage_unavailable` */
  issue(user: User, proof: Proof, call?: { readonly requestId?: string | undefined }): Promise<TokenSet>
  /** Gives an access token that tells of a fresh proof. @throws MfaError `invalid_token`, `unauthenticated`, `storage_unavailable` */
  renew(accessToken: string, proof: Proof, call?: { readonly requestId?: string | undefined }): Promise<AccessToken>
  /** Gives the next tokens; a refresh token that comes twice ends its family. @throws MfaError `invalid_token`, `storage_unavailable` */
  refresh(refreshToken: string, call?: { readonly requestId?: string | undefined }): Promise<TokenSet>
  /** Ends a refresh token's family. A token that is no good is no error (RFC 7009). @throws MfaError `storage_unavailable` */
  revoke(refreshToken: string, call?: { readonly requestId?: string | undefined }): Promise<void>
  /** Reads who is signed in by an access token, or null; no storage call but the host's `findUser`. */
  read(accessToken: string): Promise<SignedIn | null>
}
