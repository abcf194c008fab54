// A record that does not open is a fault of the storage for its own user, and nothing for the others.

import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { emptyRecord } from '../../src/record/record.ts'
import { deriveKeys } from '../../src/sealing/keys.ts'
import { createSealer } from '../../src/sealing/seal.ts'
import { otherSecret, refusal } from '../world.ts'
import { bench, raise, sealer } from './bench.ts'

describe('a record that does not open', () => {
  const text = JSON.stringify(emptyRecord)
  const foreign = createSealer('record', deriveKeys([otherSecret]), randomBytes)
  const records: readonly (readonly [string, string])[] = [
    ['corrupt', sealer.seal('alice', text).slice(0, -2)],
    ['empty', ''],
    ["another user's", sealer.seal('mallory', text)],
    ['of an unknown secret', foreign.seal('alice', text)],
    ['of a later format', sealer.seal('alice', JSON.stringify({ ...emptyRecord, format: 2 }))],
    ['no record at all', sealer.seal('alice', 'null')],
  ]

  test.each(records)('%s: unavailable for its user, nothing for others', async (_, sealed) => {
    const { commit, storage, rows } = bench()
    const row = { revision: 'r', sealed, enabled: false, updatedAt: new Date(0) }
    await rows.put('alice', row, null)
    const { seen, rule } = raise()
    expect((await refusal(commit.apply('alice', rule))).code).toBe('storage_unavailable')
    expect((await refusal(commit.read('alice'))).code).toBe('storage_unavailable')
    expect(seen).toEqual([])
    expect(storage.calls.put).toBe(0)
    expect(await rows.get('alice')).toEqual(row)
    await expect(commit.apply('mallory', rule)).resolves.toMatchObject({ result: 'raised' })
  })
})
