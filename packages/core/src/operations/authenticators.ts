import { fieldError, MfaError } from '../errors.ts'
import { type Authenticator, isEnabled, type MfaRecord } from '../record/record.ts'
import { cleanName } from '../texts.ts'
import { type About, type CallOptions, type Core, consult, type Decision, decide, refuse } from './core.ts'
import { type Freshness, freshRefusal } from './fresh.ts'
import { requireUserId } from './proof.ts'

/** What may be told of an authenticator. */
export interface AuthenticatorSummary {
  readonly id: string
  /** Its factor: `totp`. */
  readonly type: string
  readonly name: string
  readonly createdAt: Date
  /** Null until the first use after enrollment. */
  readonly lastUsedAt: Date | null
}

export function summaryOf(authenticator: Authenticator): AuthenticatorSummary {
  const { id, type, name, createdAt, lastUsedAt } = authenticator
  return {
    id,
    type,
    name,
    createdAt: new Date(createdAt),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt),
  }
}

/** The authenticators that were enrolled; the backups came along and are not among them. */
export function enrolledOf(core: Core, record: MfaRecord): readonly Authenticator[] {
  const backups = new Set(core.factors.flatMap(({ backup, type }) => (backup === undefined ? [] : [type])))
  return record.authenticators.filter(({ type }) => !backups.has(type))
}

/** Those of the enrolled that make a second factor: some factors are there beside another one only. */
function standingOf(core: Core, record: MfaRecord): readonly Authenticator[] {
  const beside = new Set(core.factors.flatMap(({ enrollment, type }) => (enrollment?.beside === true ? [type] : [])))
  return enrolledOf(core, record).filter(({ type }) => !beside.has(type))
}

/** Lists a user's authenticators, the oldest first: one read. */
export async function listAuthenticators(
  core: Core,
  userId: string,
  call: CallOptions,
): Promise<readonly AuthenticatorSummary[]> {
  requireUserId(userId)
  const act = { type: 'status', userId, requestId: call.requestId } as const
  return consult(core, act, (record) => ({ record, result: enrolledOf(core, record).map(summaryOf) }))
}

/** Which authenticator is meant. */
export interface Meant {
  readonly id: string
  /** Where it is set, an authenticator of another factor is none. */
  readonly factor?: string | undefined
}

/** The enrolled authenticator that is meant; undefined where the user has none such. */
export function enrolledNamed(core: Core, record: MfaRecord, { id, factor }: Meant): Authenticator | undefined {
  const named = enrolledOf(core, record).find((entry) => entry.id === id)
  return factor === undefined || named?.type === factor ? named : undefined
}

/** Renames an authenticator of the user: one read and one put. */
export async function renameAuthenticator(
  core: Core,
  userId: string,
  call: CallOptions & Meant & { name: string },
): Promise<AuthenticatorSummary> {
  requireUserId(userId)
  const name = cleanName(call.name)
  if (name === null) throw fieldError('name', 'must have 1 to 64 characters and no control characters')
  const act = { type: 'rename', userId, requestId: call.requestId } as const
  return decide(core, act, (record): Decision<AuthenticatorSummary> => {
    const found = enrolledNamed(core, record, call)
    if (found === undefined) return refuse(record, new MfaError('not_found'))
    const renamed = { ...found, name }
    const authenticators = record.authenticators.map((entry) => (entry === found ? renamed : entry))
    return { record: { ...record, authenticators }, result: summaryOf(renamed), about: aboutOf(found) }
  })
}

/** Removes an authenticator of the user, a fresh act: one read and one put. */
export async function removeAuthenticator(
  core: Core,
  userId: string,
  call: CallOptions & Freshness & Meant,
): Promise<void> {
  requireUserId(userId)
  const act = { type: 'remove', userId, requestId: call.requestId } as const
  return decide(core, act, (record, nowMs): Decision<undefined> => {
    const refusal = freshRefusal(core, record, { provedAt: call.provedAt, nowMs })
    if (refusal !== null) return refuse(record, refusal)
    const found = enrolledNamed(core, record, call)
    if (found === undefined) return refuse(record, new MfaError('not_found'))
    return { record: without(core, record, [found]), result: undefined, about: aboutOf(found) }
  })
}

/** The record without some authenticators; the last one takes along what is there beside it only. Raises the epoch. */
export function without(core: Core, record: MfaRecord, gone: readonly Authenticator[]): MfaRecord {
  const epoch = record.epoch + 1
  const authenticators = record.authenticators.filter((entry) => !gone.includes(entry))
  const left = standingOf(core, { ...record, authenticators })
  if (left.length > 0 || !isEnabled(record)) return { ...record, epoch, authenticators }
  return {
    ...record,
    epoch,
    authenticators: [],
    states: lastingStates(core, record),
    enabledAt: null,
    lastUsedAt: null,
  }
}

function lastingStates(core: Core, { states }: MfaRecord): MfaRecord['states'] {
  const lasting = core.factors.flatMap((factor) => {
    const state = states[factor.type]
    const left = state === undefined ? undefined : factor.lasting?.(state)
    return left === undefined ? [] : [[factor.type, left] as const]
  })
  return Object.fromEntries(lasting)
}

/** What an event says of an authenticator. */
export function aboutOf({ id, type }: Authenticator): About {
  return { factor: type, authenticatorId: id }
}
