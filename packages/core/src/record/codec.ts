import { emptyRecord, type MfaRecord } from './record.ts'

/** The record as text, for sealing. Who does not use bearer tokens does not pay for them. */
export function encodeRecord({ families, ...record }: MfaRecord): string {
  return JSON.stringify(Object.keys(families).length === 0 ? record : { ...record, families })
}

/**
 * Reads the text of an opened record.
 *
 * @throws Error where it was written by a later version, or is not a record: a storage fault, never a user's
 */
export function decodeRecord(text: string): MfaRecord {
  const record = parsed(text)
  if (record?.format !== 1) throw new Error('the record has a format this version does not know')
  if (!Array.isArray(record.authenticators) || !Number.isSafeInteger(record.epoch)) {
    throw new Error('the record is damaged')
  }
  // A record of an earlier version may lack what came later.
  return { ...emptyRecord, ...record } as MfaRecord
}

function parsed(text: string): Partial<MfaRecord> | null {
  try {
    return JSON.parse(text) as Partial<MfaRecord> | null
  } catch {
    // The parser's own message would repeat the text, secrets and all.
    throw new Error('the record is damaged')
  }
}
