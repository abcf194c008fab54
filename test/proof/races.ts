import type { Mfa, Storage, User } from '@latchkey/core'
import { virtualAuthenticator } from '@latchkey/testing'
import { expect } from 'vitest'
import type { Act, Outcome } from './participant.ts'
import { readRecord } from './records.ts'

/** Who takes part in a race: a user nobody has used yet, and the app's own process. */
export interface Racetrack {
  readonly mfa: Mfa
  readonly storage: Storage
  readonly user: User
  readonly nowMs: number
}

/** One round: an act for each process, and what must hold after them. */
export interface Round {
  readonly acts: readonly Act[]
  readonly check: (outcomes: readonly Outcome[]) => Promise<void>
}

export interface Race {
  readonly name: string
  readonly prepare: (track: Racetrack) => Promise<Round>
}

export const racers = 8
const each = Array.from({ length: racers }, (_, index) => index)
const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const app = virtualAuthenticator({ secret: totpSecret })
const codes = ['7k3m-9qx2', 'a1b2-c3d4', 'e5f6-g7h8']

/** Every race: of two that would both be wrong, one wins; of counts and codes, none is lost. */
export const races: readonly Race[] = [
  {
    name: 'one TOTP code on one token',
    async prepare(track) {
      const token = await challenged(track)
      return signingIn(track, 'totp', () => [token, app.code(track.nowMs)])
    },
  },
  {
    name: 'one TOTP code on two tokens',
    async prepare(track) {
      const tokens = [await challenged(track), await challenged(track)]
      return signingIn(track, 'totp', (index) => [tokens[index % 2], app.code(track.nowMs)])
    },
  },
  {
    name: 'one recovery code',
    async prepare(track) {
      const tokens = [await challenged(track), await challenged(track)]
      return signingIn(track, 'recovery_code', (index) => [tokens[index % 2], codes[0]])
    },
  },
  {
    name: 'two recovery codes',
    async prepare(track) {
      const tokens = [await challenged(track), await challenged(track)]
      const used = (index: number) => index % 2
      const acts = each.map((index) => act(track, 'verify', tokens[used(index)], { code: codes[used(index)] }))
      return {
        acts,
        async check(outcomes) {
          const winners = outcomes.flatMap(({ ok }, index) => (ok ? [used(index)] : []))
          expect(winners).toHaveLength(2)
          expect(new Set(winners).size).toBe(2)
          expectCodes(outcomes, ['invalid_code', 'invalid_token', 'too_many_attempts'])
          expect(await unusedCodes(track)).toEqual([codes[2]])
        },
      }
    },
  },
  {
    name: 'confirm',
    async prepare(track) {
      const { activationToken, totpUrl } = await track.mfa.begin('totp', track.user)
      const code = virtualAuthenticator(totpUrl).code(track.nowMs)
      return {
        acts: each.map(() => act(track, 'confirm', 'totp', track.user, { activationToken, code })),
        async check(outcomes) {
          const [winner, ...others] = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result] : []))
          expect(others).toEqual([])
          expectCodes(outcomes, ['invalid_token'])
          const authenticators = await track.mfa.authenticators(track.user.id)
          expect(authenticators).toHaveLength(1)
          expect(winner).toMatchObject({ authenticator: { id: authenticators[0]?.id } })
          expect(winner).toHaveProperty('recoveryCodes', await unusedCodes(track))
        },
      }
    },
  },
  {
    name: 'regenerate',
    async prepare(track) {
      await enrolled(track)
      return {
        acts: each.map(() => act(track, 'regenerateRecoveryCodes', track.user.id, { provedAt: track.nowMs })),
        async check(outcomes) {
          expect(outcomes.map(({ ok }) => ok)).toEqual(each.map(() => true))
          const handedOut = outcomes.map((outcome) => (outcome.ok ? JSON.stringify(outcome.result) : ''))
          expect(new Set(handedOut).size).toBe(racers)
          expect(handedOut).toContain(JSON.stringify(await unusedCodes(track)))
        },
      }
    },
  },
  {
    name: 'wrong codes against the count',
    async prepare(track) {
      const token = await challenged(track)
      return {
        acts: each.map(() => act(track, 'verify', token, { code: app.wrongCode(track.nowMs) })),
        async check(outcomes) {
          const lookedAt = outcomes.filter((outcome) => !outcome.ok && outcome.code === 'invalid_code')
          expect(lookedAt).toHaveLength(5)
          expectCodes(outcomes, ['invalid_code', 'too_many_attempts'])
          expect(await failuresOf(track, 'totp')).toBe(5)
        },
      }
    },
  },
  {
    name: 'step-up against deactivate',
    async prepare(track) {
      await enrolled(track)
      const code = app.code(track.nowMs)
      const acts = each.map((index) =>
        index % 2 === 0
          ? act(track, 'stepUp', track.user, { code })
          : act(track, 'deactivate', 'totp', track.user, { code }),
      )
      return {
        acts,
        async check(outcomes) {
          const winners = outcomes.flatMap(({ ok }, index) => (ok ? [index % 2] : []))
          expect(winners).toHaveLength(1)
          expectCodes(outcomes, ['invalid_code', 'too_many_attempts', 'not_enabled'])
          const { mfaEnabled } = await track.mfa.status(track.user.id)
          expect(mfaEnabled).toBe(winners[0] === 0)
        },
      }
    },
  },
]

/** Everybody signs in with what can be used once: one does, and each refusal that is charged is counted. */
async function signingIn(
  track: Racetrack,
  factor: 'totp' | 'recovery_code',
  answer: (index: number) => readonly [token: string | undefined, code: string | undefined],
): Promise<Round> {
  return {
    acts: each.map((index) => {
      const [token, code] = answer(index)
      return act(track, 'verify', token, { code })
    }),
    async check(outcomes) {
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
      expectCodes(outcomes, ['invalid_code', 'invalid_token', 'too_many_attempts'])
      // The code was right until it was used, so every charge came after the success that cleared the count.
      const charged = outcomes.filter((outcome) => !outcome.ok && outcome.code === 'invalid_code').length
      expect(await failuresOf(track, factor)).toBe(charged)
    },
  }
}

function act({ nowMs }: Racetrack, method: Act['method'], ...args: readonly unknown[]): Act {
  return { method, args, nowMs }
}

async function enrolled({ mfa, user }: Racetrack): Promise<void> {
  await mfa.import(user.id, { totpSecret, recoveryCodes: codes })
}

/** A challenge of the user, who is enrolled first. */
async function challenged(track: Racetrack): Promise<string> {
  await enrolled(track)
  const challenge = await track.mfa.challenge(track.user)
  if (challenge.kind !== 'challenge') throw new Error('the user is not enrolled')
  return challenge.ephemeralToken
}

async function unusedCodes({ mfa, user, nowMs }: Racetrack): Promise<readonly string[]> {
  const unused = await mfa.recoveryCodes(user.id, { provedAt: nowMs })
  return unused.codes
}

async function failuresOf({ storage, user }: Racetrack, count: string): Promise<number> {
  return (await readRecord(storage, user.id)).failures[count]?.count ?? 0
}

/** Whoever was refused was refused for one of these, and not by an accident. */
function expectCodes(outcomes: readonly Outcome[], allowed: readonly string[]): void {
  const codes = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.code]))
  expect(codes.filter((code) => !allowed.includes(code))).toEqual([])
}
