import type { PrivateKeyInput } from '../tokens/access-keys.ts'

/** Bearer tokens, as a bearer host hands them out. */
export interface BearerSettings {
  /** Seconds an access token is good, 60 to 86,400. A revocation is too late for it. @defaultValue 900 */
  readonly accessTokenSeconds: number
  /** Seconds from a sign-in until its last refresh token dies, 3600 to 31,536,000. @defaultValue 2,592,000 */
  readonly refreshTokenSeconds: number
  /** Sign-ins a user may have at a time, 1 to 50; one more ends that which was longest without use. @defaultValue 10 */
  readonly families: number
  /** The `aud` claim of access tokens. @defaultValue the issuer */
  readonly audience: string
  /** Private keys, PEM or JWK: the first signs, all are published and open. @defaultValue none: HS256 with the secret */
  readonly keys: readonly PrivateKeyInput[]
}
