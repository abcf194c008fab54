// Whatever clients and thieves do with refresh tokens, in whatever order, each buys once, and one that comes again ends
// its sign-in and no other. The model knows of every sign-in which of its tokens is next.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMfa, isMfaError, memoryStorage, type Proof } from '../../src/index.ts'
import { proofOf, secret, startMs } from '../world.ts'

const settings = { families: 3, refreshTokenSeconds: 3600 }
const user = fc.constantFrom('alice', 'mallory')

/** Which of all tokens that were ever handed out is meant. */
const token = fc.nat(19)
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('signIn' as const), user }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('refresh' as const), token }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const), token }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('revokeAll' as const, 'reset' as const), user }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 60, 1800, 3600) }),
  },
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

interface ModelFamily {
  readonly user: string
  readonly expiresAt: number
  usedAt: number
  next: number
  alive: boolean
}

interface Held {
  readonly refreshToken: string
  readonly family: ModelFamily
  readonly generation: number
}

async function play(acts: readonly Act[]): Promise<boolean> {
  let nowMs = startMs
  const findUser = (id: string) => ({ id, name: id })
  const storage = memoryStorage()
  const mfa = createMfa({ secret, issuer: 'Acme', storage, findUser, bearer: settings, now: () => nowMs })
  const [held, families]: [Held[], ModelFamily[]] = [[], []]
  for (const each of acts) {
    // No two uses at one instant, so that it is told which was the first.
    nowMs += 1
    if (each.do === 'wait') nowMs += each.seconds * 1000
    if (each.do === 'signIn') {
      const proof = proofOf(await mfa.challenge(findUser(each.user)))
      const { refreshToken } = await mfa.tokens.issue(findUser(each.user), proof as Proof)
      const family = { user: each.user, expiresAt: nowMs + 3_600_000, usedAt: nowMs, next: 0, alive: true }
      families.push(family)
      held.push({ refreshToken, family, generation: 0 })
      endIdle(families.filter((own) => own.user === each.user && own.expiresAt > nowMs))
    }
    if (each.do === 'revokeAll' || each.do === 'reset') {
      await (each.do === 'reset' ? mfa.reset(each.user) : mfa.revokeTokens(each.user))
      for (const family of families) if (family.user === each.user) family.alive = false
    }
    const chosen = 'token' in each ? held[each.token % Math.max(1, held.length)] : undefined
    if (chosen === undefined) continue
    const { family, generation, refreshToken } = chosen
    const isGood = Math.floor(family.expiresAt / 1000) > Math.floor(nowMs / 1000)
    if (each.do === 'revoke') {
      await mfa.tokens.revoke(refreshToken)
      if (isGood) family.alive = false
      continue
    }
    const next = await mfa.tokens.refresh(refreshToken).catch((error: unknown) => {
      if (isMfaError(error) && error.code === 'invalid_token') return null
      throw error
    })
    if ((next !== null) !== (isGood && family.alive && family.next === generation)) return false
    if (next === null) {
      if (isGood) family.alive = false
      continue
    }
    Object.assign(family, { next: generation + 1, usedAt: nowMs })
    held.push({ refreshToken: next.refreshToken, family, generation: generation + 1 })
  }
  return true
}

/** One more than allowed ends that which was longest without use. */
function endIdle(own: readonly ModelFamily[]): void {
  const alive = own.filter((family) => family.alive).toSorted((one, other) => other.usedAt - one.usedAt)
  for (const family of alive.slice(settings.families)) family.alive = false
}

test('1,000 random lives of refresh tokens end as the model says', { timeout: 120_000 }, async () => {
  const acts = fc.array(act, { minLength: 1, maxLength: 20 })
  const details = await fc.check(fc.asyncProperty(acts, play), { numRuns: 1000 })
  expect(await fc.asyncDefaultReportMessage(details)).toBeUndefined()
  expect(details.numRuns).toBe(1000)
})
