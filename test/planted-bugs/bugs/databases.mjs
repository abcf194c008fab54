const races = 'test/proof/races.test.ts'
const statements = 'sql/src/statements.ts'
const mysqlClient = 'sql/src/mysql/client.ts'
const postgresDialect = 'sql/src/postgres/dialect.ts'
const script = 'redis/src/script.ts'

/**
 * What a storage on a server must not do.
 * @type {readonly import('../bug.d.ts').PlantedBug[]}
 */
export const databases = [
  ...['PostgreSQL', 'MariaDB'].map((kind) => ({
    name: `${kind} writes without comparing`,
    test: `${kind} 'one TOTP code`,
    threats: [races],
    changes: [
      {
        file: statements,
        search: '${assign(next)} WHERE ${isUser(userId)} AND ${isRevision(expected)}$',
        replace: '${assign(next)} WHERE ${isUser(userId)}$',
      },
    ],
  })),
  ...['postgres', 'mysql', 'sqlite'].map((dialect) => ({
    name: `${dialect} deletes without comparing`,
    threats: [`packages/sql/test/${dialect}/storage-contract.test.ts`],
    test: 'delete with another revision changes nothing',
    changes: [
      {
        file: statements,
        search: 'DELETE FROM ${table} WHERE ${isUser(userId)} AND ${isRevision(expected)}$',
        replace: 'DELETE FROM ${table} WHERE ${isUser(userId)}$',
      },
    ],
  })),
  {
    name: 'a record in a users table is deleted without comparing',
    threats: ['packages/sql/test/host-rows.test.ts'],
    test: 'a whole life of a record',
    changes: [
      {
        file: statements,
        search: 'SET ${cleared} WHERE ${isUser(userId)} AND ${isRevision(expected)}$',
        replace: 'SET ${cleared} WHERE ${isUser(userId)}$',
      },
    ],
  },
  {
    name: "PostgreSQL takes another's first record for its own",
    threats: ['packages/sql/test/postgres/storage-contract.test.ts'],
    test: 'with null changes nothing',
    changes: [
      {
        file: postgresDialect,
        search: 'ON CONFLICT (${key}) DO NOTHING',
        replace: 'ON CONFLICT (${key}) DO UPDATE SET ${key} = EXCLUDED.${key}',
      },
    ],
  },
  {
    name: 'PostgreSQL does not wait for the disk where the host does not',
    threats: ['packages/sql/test/postgres/durability.test.ts'],
    changes: [{ file: postgresDialect, search: "WHEN 'off' THEN 'on'", replace: "WHEN 'off' THEN 'off'" }],
  },
  {
    name: 'user ids are compared as the collation has it',
    threats: ['packages/sql/test/host-rows.test.ts'],
    changes: [
      {
        file: statements,
        search: 'sql`${key} = ${userId} AND ${dialect.same(key, userId)}$',
        replace: 'sql`${key} = ${userId}$',
      },
    ],
  },
  {
    name: 'MySQL gets values in quotes',
    threats: ['packages/sql/test/security/sql-injection.test.ts', 'packages/sql/test/mysql/character-sets.test.ts'],
    changes: [
      {
        file: 'sql/src/mysql/dialect.ts',
        search: "`_utf8mb4 X'${hex(value)}'`",
        replace: "`'${value.replaceAll(\"'\", \"''\")}'`",
      },
    ],
  },
  {
    name: 'any error of an INSERT in MySQL means that another was first',
    threats: ['packages/sql/test/mysql/faults.test.ts'],
    changes: [{ file: mysqlClient, search: '&& codes.includes(duplicate)', replace: '' }],
  },
  {
    name: 'a deadlock in a transaction of the host is tried again',
    threats: ['packages/sql/test/mysql/faults.test.ts'],
    test: 'a deadlock inside',
    changes: [{ file: mysqlClient, search: '=> pool !== null && error', replace: '=> error' }],
  },
  {
    name: 'MySQL writes in a session without autocommit',
    threats: ['packages/sql/test/mysql/acknowledgement.test.ts'],
    changes: [{ file: 'sql/src/mysql/dialect.ts', search: 'IF(@@autocommit, TRUE, EXP(1000))', replace: 'TRUE' }],
  },
  {
    name: 'MySQL writes in a transaction that a connection was left in',
    threats: ['packages/sql/test/mysql/acknowledgement.test.ts'],
    changes: [{ file: mysqlClient, search: '& inTransaction) !== 0', replace: '& inTransaction) > 1' }],
  },
  {
    name: 'PostgreSQL writes in a transaction that a client was left in',
    threats: ['packages/sql/test/postgres/acknowledgement.test.ts'],
    changes: [
      {
        file: 'sql/src/postgres/client.ts',
        search: "isUsable = (client.getTransactionStatus?.() ?? 'I') === 'I'",
        replace: 'isUsable = true',
      },
    ],
  },
  {
    name: 'Redis writes without comparing',
    test: "Redis 'one TOTP code",
    threats: [races],
    changes: [{ file: script, search: '(expected and stored[1] == expected)', replace: '(expected and exists)' }],
  },
  {
    name: 'Redis deletes without comparing',
    threats: ['packages/redis/test/storage-contract.test.ts'],
    test: 'delete with another revision changes nothing',
    changes: [{ file: script, search: 'if stored[1] == ARGV[1] then', replace: 'if exists then' }],
  },
  {
    name: 'Redis creates a record that is there',
    threats: ['packages/redis/test/storage-contract.test.ts'],
    test: 'with null changes nothing',
    changes: [{ file: script, search: 'not (expected or exists)', replace: 'not expected' }],
  },
  {
    name: 'Redis answers reads where it may not write',
    threats: ['packages/redis/test/security/stale-read.test.ts'],
    changes: [{ file: script, search: "redis.call('PERSIST', key)\n", replace: '' }],
  },
  {
    name: 'Redis takes a write that was sent twice for two',
    threats: ['packages/redis/test/script.test.ts'],
    changes: [{ file: script, search: 'stored[1] == revision then', replace: 'revision == key then' }],
  },
  {
    name: 'a Redis that drops records will do',
    threats: ['packages/redis/test/server-check.test.ts'],
    changes: [
      {
        file: 'redis/src/server-check.ts',
        search: "policy === 'noeviction' ||",
        replace: "policy.startsWith('allkeys-') || policy === 'noeviction' ||",
      },
    ],
  },
]
