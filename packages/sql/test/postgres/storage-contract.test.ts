/** The rule guarded here: on every PostgreSQL driver, wherever and under whatever names the records are kept, the contract holds. */
import {
  describeContract,
  integerUsers,
  otherOwnTables,
  ownTable,
  usersTable,
  uuids,
  type Variant,
} from '../contract.ts'
import { otherDrivers, pglite, pgPool, postgresJs } from './drivers.ts'

const integers = integerUsers('bigint')
const everyTable: readonly Variant[] = [
  ...[ownTable, ...otherOwnTables, usersTable('text'), usersTable('varchar(256) COLLATE "en-x-icu"'), integers],
  usersTable('uuid', { ids: uuids }),
  { name: 'its own table in a schema', options: { schema: 'my "schema"' } },
]

for (const variant of everyTable) describeContract(pgPool, variant)
for (const driver of otherDrivers) {
  for (const variant of [ownTable, integers]) describeContract(driver, variant)
}
// These two ask the server for the types of parameters, and convert on their own.
for (const driver of [postgresJs, pglite]) describeContract(driver, usersTable('uuid', { ids: uuids }))
