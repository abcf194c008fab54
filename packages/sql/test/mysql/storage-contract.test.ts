/** The rule guarded here: on every MySQL driver, wherever and under whatever names the records are kept, the contract holds. */
import {
  describeContract,
  integerUsers,
  otherOwnTables,
  ownTable,
  usersTable,
  uuids,
  type Variant,
} from '../contract.ts'
import { mysql2Pool, otherDrivers, peculiarPool } from './drivers.ts'

const integers = integerUsers('BIGINT')
const everyTable: readonly Variant[] = [
  ...[ownTable, ...otherOwnTables, integers],
  usersTable('VARBINARY(768)'),
  usersTable('CHAR(36) CHARACTER SET latin1', { ids: uuids }),
]

for (const variant of everyTable) describeContract(mysql2Pool, variant)
for (const driver of otherDrivers) {
  for (const variant of [ownTable, integers]) describeContract(driver, variant)
}
// Its named placeholders would find one in a column's name.
for (const variant of otherOwnTables) describeContract(peculiarPool, variant)
