import type { JsonObject } from '../ports.ts'

/** What a token says, once it has been found good. */
export interface TokenClaims {
  readonly userId: string
  readonly tokenId: string
  readonly epoch: number
  /** When it expires, in milliseconds since 1970. */
  readonly expiresAt: number
  /** Whether the user still has the stamp the token was made under. */
  hasStampOf(user: { id: string; stamp?: string | undefined }): boolean
}

/** The claims of an activation token. */
export interface ActivationClaims extends TokenClaims {
  /** The factor that is being enrolled. */
  readonly factor: string
  /** What the factor's `begin` left for its `confirm`. */
  readonly pending: JsonObject
}

/** What a new token is about. */
export interface TokenSubject {
  readonly user: { readonly id: string; readonly stamp?: string | undefined }
  readonly epoch: number
}

/** Claim names on the wire beside the registered ones of RFC 7519. */
export interface WireClaims {
  readonly epoch: number
  readonly stamp: string
  readonly factor?: string
  readonly pending?: JsonObject
}
