import { fieldError, MfaError } from '../../errors.ts'
import { type Body, ownField } from '../../fields.ts'
import type { JsonObject } from '../../ports/values.ts'
import { isEnabled, type MfaRecord } from '../../record/record.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { defaultName, enrollable, newAuthenticator } from '../../rules/enroll.ts'
import { authenticatorsOf } from '../../rules/methods.ts'
import { requireUserId } from '../../rules/proof.ts'
import { cleanName } from '../../texts.ts'
import { type Core, decide, type OperatorOptions, operatorAct } from '../decide.ts'

/**
 * Takes over what a user had elsewhere: one read and one put. The same authenticator a second time changes nothing,
 * so that a migration may run again.
 *
 * @throws MfaError `invalid_request` that names the field
 * @throws TypeError if no authenticator of this factor can be taken over
 */
export async function importAuthenticator(
  core: Core,
  userId: string,
  from: OperatorOptions & { readonly type: string; readonly input: Body },
): Promise<{ imported: boolean }> {
  requireUserId(userId)
  const { type, input } = from
  const { enrollment } = enrollable(core, type)
  const given = enrollment.import?.(input)
  if (given === undefined) throw new TypeError(`no authenticator of '${type}' can be taken over`)
  const name = nameOf(input)
  const backup = await importedBackup(core, input)
  const about = { factor: type }
  return decide(core, operatorAct('import', userId, from), (record, nowMs): Decision<{ imported: boolean }> => {
    const own = authenticatorsOf(record, type)
    if (own.some(({ data }) => given.isSame(data))) return { record, result: { imported: false }, about }
    if (own.length >= enrollment.limit) return refuse(record, new MfaError('authenticator_limit'), about)
    if (backup !== null && authenticatorsOf(record, backup.type).length > 0) {
      const error = new MfaError('invalid_request', { detail: 'the user has recovery codes already: import none' })
      return refuse(record, error, { ...about, reason: 'duplicate' })
    }
    const named = name ?? defaultName(record, enrollment.name)
    const authenticator = newAuthenticator(core, { type, name: named, data: given.data, nowMs })
    const set = backup && newAuthenticator(core, { ...backup, nowMs })
    return {
      record: withAuthenticators(record, set === null ? [authenticator] : [authenticator, set], nowMs),
      result: { imported: true },
      about: { ...about, authenticatorId: authenticator.id },
    }
  })
}

function nameOf(input: Body): string | undefined {
  const given = ownField(input, 'name')
  const name = given === undefined ? undefined : cleanName(given)
  if (name === null) throw fieldError('name', 'must have 1 to 64 characters and no control characters')
  return name
}

/** Recovery codes of another system, as a set of the first factor that takes them over. */
async function importedBackup(
  { factors, randomBytes }: Core,
  input: Body,
): Promise<{ type: string; name: string; data: JsonObject } | null> {
  const codes = ownField(input, 'recoveryCodes')
  const [taking] = factors.flatMap(({ type, title: name, backup }) =>
    backup?.import === undefined ? [] : [{ type, name, take: backup.import }],
  )
  if (codes === undefined || taking === undefined) return null
  if (!Array.isArray(codes) || codes.length === 0) throw fieldError('recoveryCodes', 'must be a list of codes')
  const { type, name, take } = taking
  return { type, name, data: await take(codes, { randomBytes }) }
}

function withAuthenticators(record: MfaRecord, added: MfaRecord['authenticators'], nowMs: number): MfaRecord {
  const enabledAt = isEnabled(record) ? record.enabledAt : nowMs
  return { ...record, epoch: record.epoch + 1, enabledAt, authenticators: [...record.authenticators, ...added] }
}
