import { MfaError } from '../../errors.ts'
import type { JsonObject } from '../../ports.ts'
import { isEnabled, type MfaRecord } from '../../record/record.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { defaultName, enrollable, newAuthenticator } from '../../rules/enroll.ts'
import { authenticatorsOf } from '../../rules/methods.ts'
import { requireUserId } from '../../rules/proof.ts'
import { type CallOptions, type Core, decide } from '../decide.ts'

/** An authenticator of another system, already in the factor's form. */
export interface ImportedAuthenticator {
  readonly type: string
  readonly name: string | undefined
  readonly data: JsonObject
  /** Whether an authenticator that is already there is this one. */
  isSame(data: JsonObject): boolean
}

/** A backup of another system, already in the factor's form. */
export interface ImportedBackup {
  readonly type: string
  readonly data: JsonObject
}

/**
 * Takes over what a user had elsewhere: one read and one put. The same authenticator a second time changes nothing,
 * so that a migration may run again.
 */
export async function importAuthenticator(
  core: Core,
  userId: string,
  from: CallOptions & { authenticator: ImportedAuthenticator; backup: ImportedBackup | null },
): Promise<{ imported: boolean }> {
  requireUserId(userId)
  const { authenticator: given, backup } = from
  const { enrollment } = enrollable(core, given.type)
  const act = { type: 'import', userId, requestId: from.requestId } as const
  const about = { factor: given.type }
  return decide(core, act, (record, nowMs): Decision<{ imported: boolean }> => {
    const own = authenticatorsOf(record, given.type)
    if (own.some(({ data }) => given.isSame(data))) return { record, result: { imported: false }, about }
    if (own.length >= enrollment.limit) return refuse(record, new MfaError('authenticator_limit'), about)
    if (backup !== null && authenticatorsOf(record, backup.type).length > 0) {
      const error = new MfaError('invalid_request', { detail: 'the user has recovery codes already: import none' })
      return refuse(record, error, { ...about, reason: 'duplicate' })
    }
    const name = given.name ?? defaultName(record, enrollment.name)
    const authenticator = newAuthenticator(core, { type: given.type, name, data: given.data, nowMs })
    const set = backup && newAuthenticator(core, { ...backup, name: 'Recovery codes', nowMs })
    return {
      record: withAuthenticators(record, set === null ? [authenticator] : [authenticator, set], nowMs),
      result: { imported: true },
      about: { ...about, authenticatorId: authenticator.id },
    }
  })
}

function withAuthenticators(record: MfaRecord, added: MfaRecord['authenticators'], nowMs: number): MfaRecord {
  const enabledAt = isEnabled(record) ? record.enabledAt : nowMs
  return { ...record, epoch: record.epoch + 1, enabledAt, authenticators: [...record.authenticators, ...added] }
}
