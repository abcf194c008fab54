import { randomBytes } from 'node:crypto'
import { createMfa, memoryStorage, type StoredRecord } from '@latchkey/core'
import { encodeRecord } from '../../../packages/core/src/record/codec.ts'
import type { MfaRecord } from '../../../packages/core/src/record/record.ts'
import { deriveKeys } from '../../../packages/core/src/sealing/keys.ts'
import { createSealer } from '../../../packages/core/src/sealing/seal.ts'
import { readRecord } from '../../proof/records.ts'
import { secret } from '../../security/accounts.ts'
import { secretOf, userAt, userIdOf } from '../people.ts'
import type { Holding, ServerSettings } from '../target.ts'

const sealer = createSealer('record', deriveKeys([secret]), randomBytes)
const enrolledAt = Date.UTC(2026, 0, 1)
const tenYears = 315_360_000_000

/** A user's id and record. */
export type Row = readonly [userId: string, record: StoredRecord]

/** Rows as Latchkey would have stored them, in batches: going through the enrollment would take an hour for a million. */
export async function* enrolledRows(
  users: number,
  { holding = {}, drawn = users }: Pick<ServerSettings, 'holding' | 'drawn'> = {},
): AsyncGenerator<readonly Row[]> {
  const batch = 2000
  const template = await templateOf(holding)
  const signingIn = new Set(Array.from({ length: Math.min(drawn, users) }, (_, number) => userAt(number, users)))
  const weight = Buffer.from(rowOf(0, template)[1].sealed)
  for (let first = 0; first < users; first += batch) {
    yield Array.from({ length: Math.min(batch, users - first) }, (_, index) => {
      const user = first + index
      return signingIn.has(user) ? rowOf(user, template) : unopenedRow(user, weight)
    })
  }
}

/** A row of nobody who signs in: its text is another's, in memory of its own. */
function unopenedRow(user: number, sealed: Buffer): Row {
  const revision = String(user).padStart(22, '0')
  return [
    userIdOf(user),
    { revision, sealed: sealed.toString('latin1'), enabled: true, updatedAt: new Date(enrolledAt) },
  ]
}

function rowOf(user: number, template: MfaRecord): Row {
  const userId = userIdOf(user)
  const inUse = template.authenticators.findLast(({ type }) => type === 'totp')
  const authenticators = template.authenticators.map((own) =>
    own === inUse ? { ...own, data: { ...own.data, secret: secretOf(user) } } : own,
  )
  const revision = randomBytes(16).toString('base64url')
  const sealed = sealer.seal(userId, encodeRecord({ ...template, authenticators }))
  return [userId, { revision, sealed, enabled: true, updatedAt: new Date(enrolledAt) }]
}

/** What is kept of somebody who has enrolled: made by Latchkey itself, in a storage of its own. */
async function templateOf({ authenticators = 1, beside = 'codes' }: Holding): Promise<MfaRecord> {
  const storage = memoryStorage()
  const user = { id: 'template', name: 'template' }
  const mfa = createMfa({ secret, issuer: 'Latchkey', storage, findUser: () => user, now: () => enrolledAt })
  for (let number = 1; number <= authenticators; number += 1) {
    await mfa.import(user.id, { totpSecret: secretOf(-number) })
  }
  if (beside === 'nothing') return readRecord(storage, user.id)
  await mfa.regenerateRecoveryCodes(user.id, { provedAt: enrolledAt })
  const record = await readRecord(storage, user.id)
  return beside === 'codes' ? record : { ...record, ...everything(record) }
}

function everything({ authenticators }: MfaRecord): Partial<MfaRecord> {
  const ids = (count: number) => Array.from({ length: count }, () => randomBytes(16).toString('base64url'))
  const family = { generation: 100, signedInAt: enrolledAt, lastUsedAt: enrolledAt, expiresAt: enrolledAt + tenYears }
  const [authenticatorId = ''] = authenticators.map(({ id }) => id)
  const proof = { amr: ['pwd', 'otp', 'mfa'], factor: 'totp', authenticatorId, provedAt: enrolledAt }
  return {
    authenticators: authenticators.map((own) => ({ ...own, name: 'n'.repeat(64), lastUsedAt: enrolledAt })),
    failures: { recovery_code: { count: 2, waitUntil: 0 }, 'totp:confirm': { count: 2, waitUntil: 0 } },
    spent: new Map(ids(50).map((id) => [id, enrolledAt + tenYears])),
    families: new Map(ids(10).map((id) => [id, { ...family, ...proof }])),
  }
}
