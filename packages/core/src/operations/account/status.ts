import { isEnabled, type MfaRecord } from '../../record/record.ts'
import { authenticatorsOf, codesLeft, usableMethods } from '../../rules/methods.ts'
import { requireUserId } from '../../rules/proof.ts'
import { type CallOptions, type Core, consult } from '../decide.ts'

/** What a user may know of the own second factor. */
export interface Status {
  readonly mfaEnabled: boolean
  /** When the second factor was switched on. */
  readonly createdAt: Date | null
  /** The latest use of any authenticator or recovery code. */
  readonly lastUsedAt: Date | null
  /** What a challenge could still be answered with. */
  readonly methods: readonly string[]
  readonly recoveryCodesRemaining: number
  /** Whether an imported secret is shorter than 128 bits; only there when it is so. */
  readonly weakSecret?: true
  readonly [warning: string]: unknown
}

/** Tells where a user stands: one read. */
export async function status(core: Core, userId: string, call: CallOptions): Promise<Status> {
  requireUserId(userId)
  const act = { type: 'status', userId, requestId: call.requestId } as const
  return consult(core, act, (record) => ({ record, result: statusOf(core, record) }))
}

function statusOf(core: Core, record: MfaRecord): Status {
  const warnings = record.authenticators.flatMap(
    ({ type, data }) => core.factors.find((factor) => factor.type === type)?.warnings?.(data) ?? [],
  )
  return {
    mfaEnabled: isEnabled(record),
    createdAt: dateOf(record.enabledAt),
    lastUsedAt: dateOf(record.lastUsedAt),
    methods: usableMethods(core, record),
    recoveryCodesRemaining: codesRemaining(core, record),
    ...Object.fromEntries(warnings.map((warning) => [warning, true])),
  }
}

/** Unused codes of all backups. */
export function codesRemaining(core: Core, record: MfaRecord): number {
  const counts = core.factors.map((factor) => codesLeft(factor, authenticatorsOf(record, factor.type)) ?? 0)
  return counts.reduce((sum, count) => sum + count, 0)
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}
