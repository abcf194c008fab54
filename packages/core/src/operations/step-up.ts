import type { Proof, User } from '../ports.ts'
import { type CallOptions, type Core, decide } from './core.ts'
import { checkUser } from './proof.ts'
import { type ProofInput, prove } from './prove.ts'

/** Takes a fresh proof of a signed-in user: one read and one put. */
export async function stepUp(core: Core, user: User, asked: CallOptions & { input: ProofInput }): Promise<Proof> {
  checkUser(user)
  const act = { type: 'step_up', userId: user.id, requestId: asked.requestId } as const
  return decide(core, act, (record, nowMs) =>
    prove(core, record, { userId: user.id, purpose: 'step_up', tokenId: null, nowMs, input: asked.input }),
  )
}
