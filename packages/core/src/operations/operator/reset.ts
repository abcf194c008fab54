import { emptyRecord } from '../../record/record.ts'
import { requireUserId } from '../../rules/proof.ts'
import { type Core, conclude, decide, type OperatorOptions, operatorAct } from '../decide.ts'

/**
 * Kills every token of the user, for when the password has changed: one read and one put. An access token ends by itself,
 * and at once if the user's stamp has changed.
 */
export async function revokeTokens(core: Core, userId: string, call: OperatorOptions): Promise<void> {
  requireUserId(userId)
  const act = operatorAct('revoke_tokens', userId, call)
  return decide(core, act, (record) => ({
    record: { ...record, epoch: record.epoch + 1, families: new Map() },
    result: undefined,
  }))
}

/**
 * Removes every factor, count and token of the user: an operator's way back. What is left is a record of a higher
 * epoch, so that no old token comes back to life. A record that does not open is given up for lost: the seconds since
 * 1970 are an epoch that counting from 0 never reached.
 */
export async function reset(core: Core, userId: string, call: OperatorOptions): Promise<void> {
  requireUserId(userId)
  const orElse = { ...emptyRecord, epoch: Math.floor(core.now() / 1000) }
  const act = { ...operatorAct('reset', userId, call), orElse }
  return decide(core, act, (record) => ({ record: { ...emptyRecord, epoch: record.epoch + 1 }, result: undefined }))
}

/** Deletes all that is kept of the user, for an account that is gone for good. */
export async function erase(core: Core, userId: string, call: OperatorOptions): Promise<void> {
  requireUserId(userId)
  const act = operatorAct('erase', userId, call)
  return conclude(core, act, async () => {
    await core.commit.delete(userId)
    return { record: emptyRecord, result: undefined }
  })
}
