// Alice in an app of bearer tokens, before and after she has a second factor.

import type { Mfa, MfaOptions, Proof, TokenSet } from '../src/index.ts'
import { createWorld, type Enrolled, enroll, login, type World } from './world.ts'

export interface BearerWorld extends World {
  readonly enrolled: Enrolled
  /** Signs alice in with a fresh code. */
  readonly signIn: () => Promise<TokenSet & { readonly proof: Proof }>
  /** A fresh proof of alice, half a minute later. */
  readonly prove: () => Promise<Proof>
}

export async function bearerWorld(options: Partial<MfaOptions> = {}): Promise<BearerWorld> {
  const world = createWorld(options)
  const { mfa, clock, alice } = world
  const enrolled = await enroll(world)
  const newCode = () => enrolled.app.code(clock.advance(30))
  return {
    ...world,
    enrolled,
    async signIn() {
      const { proof } = await mfa.verify(await login(world), { code: newCode() })
      return { ...(await mfa.tokens.issue(alice, proof)), proof }
    },
    prove: () => mfa.stepUp(alice, { code: newCode() }),
  }
}

/** Who is signed in by an access token, and what that user has proved; null if nobody is. */
export async function readToken(mfa: Mfa, accessToken: string) {
  const signedIn = await mfa.tokens.read(accessToken)
  if (signedIn === null) return null
  const opened = mfa.openProof(signedIn)
  if (opened === null) throw new Error('its proof does not open')
  const { sealed: _, ...proof } = opened
  return { ...signedIn, proof }
}
