import type { Proof, User } from '../ports.ts'
import { isEnabled, type MfaRecord } from '../record/record.ts'
import { type CallOptions, type Core, consult, type Decision, decide, usableMethods } from './core.ts'
import { checkUser, passwordProof } from './proof.ts'
import { type ProofInput, prove } from './prove.ts'

/** What a login comes to: a proof at once, or a challenge. */
export type Challenge =
  | { readonly proof: Proof; readonly ephemeralToken?: undefined }
  | {
      readonly proof?: undefined
      /** The client's handle on the challenge. */
      readonly ephemeralToken: string
      /** Seconds the token lives. */
      readonly expiresIn: number
      /** What could be answered with: `['totp', 'recovery_code']`. */
      readonly methods: readonly string[]
    }

/** What may answer the challenge in the same call; without a factor's field in it, it does not. */
export type ChallengeOptions = CallOptions & { readonly input: ProofInput }

/** Asks for the second factor after the first: one read, and one put where it is answered at once. */
export async function challenge(core: Core, user: User, options: ChallengeOptions): Promise<Challenge> {
  checkUser(user)
  const { input, requestId } = options
  const act = { type: 'challenge', userId: user.id, requestId } as const
  if (!core.factors.some(({ field }) => input[field] !== undefined)) {
    const found = await consult(core, act, (record) => ({ record, result: record }))
    return isEnabled(found) ? issued(core, user, found) : { proof: passwordProof(user) }
  }
  const proof = await decide(core, { ...act, type: 'verify' }, async (record, nowMs): Promise<Decision<Proof>> => {
    if (!isEnabled(record)) return { record, result: passwordProof(user) }
    return prove(core, record, { userId: user.id, purpose: 'login', tokenId: null, nowMs, input })
  })
  return { proof }
}

async function issued(core: Core, user: User, record: MfaRecord): Promise<Challenge> {
  const ephemeralToken = await core.tokens.signEphemeral({ user, epoch: record.epoch })
  return { ephemeralToken, expiresIn: core.ephemeralTokenSeconds, methods: usableMethods(core, record) }
}
