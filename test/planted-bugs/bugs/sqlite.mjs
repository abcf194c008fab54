const file = 'sql/src/sqlite/database.ts'
const acknowledgement = 'packages/sql/test/sqlite/acknowledgement.test.ts'
const begin = '  database.exec(`${refuseBegunWrites}; ${begin}`)\n'

/**
 * What a storage on SQLite must not do on a handle.
 * @type {readonly import('../bug.d.ts').PlantedBug[]}
 */
export const sqlite = [
  {
    name: 'SQLite runs each statement as it is, and libsql leaves one that met a lock begun',
    threats: [acknowledgement],
    changes: [
      { file, search: begin, replace: '' },
      { file, search: "    database.exec('COMMIT')\n", replace: '' },
    ],
  },
  {
    name: 'SQLite begins without the lock that its statement then meets',
    threats: [acknowledgement],
    changes: [{ file, search: "transact(database, 'BEGIN IMMEDIATE'", replace: "transact(database, 'BEGIN'" }],
  },
  {
    name: 'SQLite begins beside a statement of the host, and undoes it',
    threats: [acknowledgement],
    changes: [{ file, search: '`${refuseBegunWrites}; ${begin}`', replace: 'begin' }],
  },
  {
    name: 'SQLite reads what the host reads, however old',
    threats: [acknowledgement],
    test: 'is of now',
    changes: [{ file, search: "transact(database, 'BEGIN', () => {", replace: '((act) => act())(() => {' }],
  },
  {
    name: 'SQLite writes inside a transaction of the host',
    threats: ['sqlite-faults'],
    test: 'a transaction of the host',
    changes: [{ file, search: begin, replace: '  try { database.exec(begin) } catch {}\n' }],
  },
  {
    name: 'SQLite leaves a transaction that failed open',
    threats: ['packages/sql/test/sqlite/faults.test.ts'],
    changes: [{ file, search: '    rollBack(database)\n', replace: '' }],
  },
  {
    name: 'SQLite starts only while nobody else has the file',
    threats: ['packages/sql/test/sqlite/durability.test.ts'],
    test: 'another process that has the whole file',
    changes: [
      {
        file: 'sql/src/sqlite/durability.ts',
        search: '!isPassing(error) || performance.now() >= deadline',
        replace: 'deadline > 0',
      },
    ],
  },
]
