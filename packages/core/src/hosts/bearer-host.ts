import { isMfaError, MfaError } from '../errors.ts'
import type { AccessToken, BearerTokens } from '../ports/bearer.ts'
import type { Host } from '../ports/host.ts'
import type { Proof } from '../ports/proof.ts'
import { bearerToken } from '../tokens/access.ts'
import { instantOf } from '../wire.ts'
import { checkHostOptions, type HostOptions, hostFunctions } from './host-options.ts'

/** What the app supplies to the ready-made host of bearer tokens. */
export interface BearerHostOptions<Args extends readonly unknown[]> extends HostOptions<Args> {
  /** What `createMfa` gave; its option `bearer` says how long tokens live. */
  readonly mfa: { readonly tokens: BearerTokens }
}

/** A host for apps without sessions: a client that sends an access token is signed in (RFC 6750). */
export function bearerHost<Args extends readonly unknown[]>(
  { mfa, ...options }: BearerHostOptions<Args>,
  authorization: (...args: Args) => string | undefined,
): Host<Args> {
  const tokens = tokensOf(mfa)
  checkHostOptions(options, { required: [], optional: [] })
  const functions = hostFunctions<Args>(options)
  const tokenOf = (args: Args): string => bearerToken(authorization(...args)) ?? ''
  const callOf = (args: Args) => ({ requestId: functions.requestId?.(...args) })
  const renew = async (proof: Proof, ...args: Args): Promise<object> =>
    accessOnWire(await tokens.renew(tokenOf(args), proof, callOf(args)).catch(asSignedOut))
  return Object.freeze<Host<Args>>({
    ...functions,
    bearer: true,
    currentUser: (...args) => tokens.read(tokenOf(args)),
    async signIn(user, proof, ...args) {
      const { refreshToken, ...access } = await tokens.issue(user, proof, callOf(args))
      return { ...accessOnWire(access), refresh_token: refreshToken }
    },
    async proved(_user, proof, ...args) {
      return { proved_at: instantOf(proof.provedAt), ...(await renew(proof, ...args)) }
    },
    confirmed: (_user, evidence, ...args) => renew(evidence, ...args),
  })
}

/** The names of RFC 6749 section 5.1. */
function accessOnWire({ accessToken, tokenType, expiresIn }: AccessToken): object {
  return { access_token: accessToken, token_type: tokenType, expires_in: expiresIn }
}

/** An access token that has died on the way is no longer anybody's. */
function asSignedOut(error: unknown): never {
  throw isMfaError(error) && error.code === 'invalid_token' ? new MfaError('unauthenticated') : error
}

function tokensOf(mfa: unknown): BearerTokens {
  const tokens = (mfa as { tokens?: Partial<BearerTokens> } | null | undefined)?.tokens
  if (typeof tokens?.issue !== 'function') throw new TypeError('mfa: must be what createMfa gave')
  return tokens as BearerTokens
}
