// Alice in an app of bearer tokens, before and after she has a second factor.

import type { MfaOptions, Proof, TokenSet } from '../src/index.ts'
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
