import type { Dialect } from '../dialect.ts'
import { errorCodes } from '../error-codes.ts'
import { raw, sql } from '../fragment.ts'

/** ER_NO_SUCH_TABLE, ER_BAD_FIELD_ERROR, ER_BAD_DB_ERROR. */
const missing = ['1146', '1054', '1049']

/**
 * Without autocommit a write is acknowledged and not committed, and a read goes on seeing what the first one saw. The
 * server computes EXP(1000), which is out of range, only then.
 */
const guard = sql` AND IF(@@autocommit, TRUE, EXP(1000))`
/** ER_DATA_OUT_OF_RANGE, which nothing else of ours can cause. */
export const withoutAutocommit = '1690'

/**
 * MySQL, MariaDB and databases that speak like them. Values stand in the text as hexadecimal digits: nothing in them
 * can end a literal, and what arrives depends neither on the driver's escaping, nor on `sql_mode`, nor on the character
 * set of the connection, which would turn a letter that it lacks into `?` and one user's id into another's.
 */
export const mysqlDialect: Dialect = Object.freeze<Dialect>({
  name: 'mysql',
  options: ['schema'],
  types: {
    // The 256 UTF-16 units of the longest id take 768 bytes at most.
    key: 'VARBINARY(768)',
    text: 'VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin',
    longText: 'MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin',
    flag: 'BOOLEAN',
    time: 'DATETIME(3)',
  },
  tableOptions: ' ENGINE = InnoDB',
  quote: (name) => `\`${name.replaceAll('`', '``')}\``,
  fold: (name) => name.toLowerCase(),
  // With its character set in front: as bare digits it would be a number to a column of numbers.
  bind: (value) => (typeof value === 'number' ? String(value) : `_utf8mb4 X'${hex(value)}'`),
  // Digits again: what the connection's character set lacks would come back as `?`.
  id: (column) => sql`HEX(CONVERT(${column} USING utf8mb4))`,
  decodeId: (value) => Buffer.from(String(value), 'hex').toString(),
  // Bytes: collations fold case and pad with spaces.
  same: (column, value) => sql`CAST(CONVERT(${column} USING utf8mb4) AS BINARY) = ${raw(`X'${hex(value)}'`)}`,
  flag: { write: (value) => sql`${value}`, read: (column) => sql`CAST(${column} AS CHAR)` },
  time: {
    // In UTC. A DATETIME has no time zone, so the session's does not matter.
    write: (value) => sql`${new Date(value).toISOString().replace('T', ' ').replace('Z', '')}`,
    read: (column) =>
      sql`CAST(TIMESTAMPDIFF(MICROSECOND, TIMESTAMP '1970-01-01 00:00:00', ${column}) DIV 1000 AS CHAR)`,
  },
  guard,
  values: (values) => sql`SELECT ${values} FROM DUAL WHERE TRUE${guard}`,
  // Empty: ON DUPLICATE KEY UPDATE cannot tell what it did, and IGNORE hides faults. The error tells.
  unlessThere: () => [],
  afterWrite: [],
  columnsOf: (schema, table) => {
    const of = schema === null ? sql`DATABASE()` : sql`${schema}`
    return sql`SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${of} AND TABLE_NAME = ${table}`
  },
  isMissing: (error) => errorCodes(error).some((code) => missing.includes(code)),
})

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}
