/** The rule guarded here: on every SQLite driver, wherever and under whatever names the records are kept, the contract holds. */
import { describeContract, integerUsers, otherOwnTables, ownTable, usersTable } from '../contract.ts'
import { drivers, placesOf } from './drivers.ts'

const integers = integerUsers('INTEGER')

for (const driver of drivers) {
  const { file, memory } = placesOf(driver)
  for (const variant of [ownTable, ...otherOwnTables, usersTable('TEXT'), integers]) describeContract(memory, variant)
  // In a file each write waits for the disk: the two that differ most.
  for (const variant of [ownTable, integers]) describeContract(file, variant)
}
