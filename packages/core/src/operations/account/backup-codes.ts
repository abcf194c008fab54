import type { Backup, Factor } from '../../factors/factor.ts'
import { isEnabled } from '../../record/record.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { newAuthenticator } from '../../rules/enroll.ts'
import { type Freshness, freshRefusal } from '../../rules/fresh.ts'
import { answersLeft, authenticatorsOf } from '../../rules/methods.ts'
import { requireUserId } from '../../rules/proof.ts'
import { type CallOptions, type Core, consult, decide } from '../decide.ts'

/** The unused codes, as far as they may be shown, and how many there are. */
export interface UnusedCodes {
  /** Empty with `reveal: 'once'`. */
  readonly codes: readonly string[]
  readonly remaining: number
}

/** Shows a user's unused codes of a backup factor, a fresh act: one read. */
export async function showCodes(
  core: Core,
  type: string,
  call: CallOptions & Freshness & { userId: string },
): Promise<UnusedCodes> {
  requireUserId(call.userId)
  const { backup, factor } = backupFactor(core, type)
  const act = { type: 'show_codes', userId: call.userId, requestId: call.requestId } as const
  return consult(core, act, (record, nowMs): Decision<UnusedCodes> => {
    if (!isEnabled(record)) return { record, result: { codes: [], remaining: 0 }, about: { factor: type } }
    const refusal = freshRefusal(core, record, { provedAt: call.provedAt, nowMs })
    if (refusal !== null) return refuse(record, refusal, { factor: type })
    const own = authenticatorsOf(record, type)
    const codes = own.flatMap(({ data }) => backup.list(data))
    return { record, result: { codes, remaining: answersLeft(factor, own) }, about: { factor: type } }
  })
}

/** Makes a new set of codes and kills the old one, a fresh act: one read and one put. */
export async function regenerateCodes(
  core: Core,
  type: string,
  call: CallOptions & Freshness & { userId: string },
): Promise<readonly string[]> {
  requireUserId(call.userId)
  const { backup, factor } = backupFactor(core, type)
  const act = { type: 'regenerate', userId: call.userId, requestId: call.requestId } as const
  return decide(core, act, async (record, nowMs): Promise<Decision<readonly string[]>> => {
    const refusal = freshRefusal(core, record, { provedAt: call.provedAt, nowMs })
    if (refusal !== null) return refuse(record, refusal, { factor: type })
    const { data, codes } = await backup.create({ randomBytes: core.randomBytes })
    const set = newAuthenticator(core, { type, name: factor.title, data, nowMs })
    const authenticators = [...record.authenticators.filter((entry) => entry.type !== type), set]
    return { record: { ...record, authenticators }, result: codes, about: { factor: type } }
  })
}

function backupFactor(core: Core, type: string): { factor: Factor; backup: Backup } {
  const factor = core.factors.find((candidate) => candidate.type === type)
  if (factor?.backup === undefined) throw new TypeError(`no factor '${type}' is a backup`)
  return { factor, backup: factor.backup }
}
