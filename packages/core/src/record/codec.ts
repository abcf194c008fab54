import { emptyRecord, type MfaRecord } from './record.ts'

/** Lists of pairs: JSON is read slowly if each object has other keys, as those by random ids have. */
interface RecordText extends Omit<MfaRecord, 'spent' | 'families'> {
  readonly spent: Pairs<MfaRecord['spent']>
  readonly families: Pairs<MfaRecord['families']>
}

type Pairs<M> = M extends ReadonlyMap<infer K, infer V> ? readonly (readonly [K, V])[] : never

/** The record as text, for sealing. An app without bearer tokens does not pay for them. */
export function encodeRecord({ spent, families, ...record }: MfaRecord): string {
  const text: Partial<RecordText> = { ...record, spent: [...spent] }
  return JSON.stringify(families.size === 0 ? text : { ...text, families: [...families] })
}

/**
 * Reads the text of an opened record.
 *
 * @throws Error if it was written by a later version, or is not a record: a storage fault, never a user's
 */
export function decodeRecord(text: string): MfaRecord {
  const record = parse(text)
  if (record?.format !== 1) throw new Error('the record has a format this version does not know')
  if (!Array.isArray(record.authenticators) || !Number.isSafeInteger(record.epoch)) {
    throw new Error('the record is damaged')
  }
  // A record of an earlier version may lack what came later.
  return { ...emptyRecord, ...record, spent: mapOf(record.spent), families: mapOf(record.families) }
}

/** Earlier versions wrote objects. */
function mapOf<V>(pairs: readonly (readonly [string, V])[] | Readonly<Record<string, V>> = []): ReadonlyMap<string, V> {
  return new Map(Array.isArray(pairs) ? pairs : Object.entries(pairs))
}

function parse(text: string): Partial<RecordText> | null {
  try {
    return JSON.parse(text) as Partial<RecordText> | null
  } catch {
    // The parser's own message would repeat the text, secrets and all.
    throw new Error('the record is damaged')
  }
}
