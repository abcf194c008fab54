import { afterAll, beforeAll, describe } from 'vitest'
import { type Database, type Driver, titleOf } from './database.ts'
import { mysql2Pool } from './mysql/drivers.ts'
import { pgPool } from './postgres/drivers.ts'
import { libsql, placesOf } from './sqlite/drivers.ts'

/** What a test has of a database: the one driver, and a database that lives as long as the tests of the block. */
export interface Bench {
  readonly driver: Driver
  readonly database: () => Database
}

/** The tests once for each kind of database, by the driver on which everything is tried. */
export function onEveryDatabase(title: string, tests: (bench: Bench) => void): void {
  for (const driver of [placesOf(libsql).memory, pgPool, mysql2Pool]) {
    describe.skipIf(driver.unavailable !== null)(`${title}: ${titleOf(driver)}`, () => {
      let database: Database
      beforeAll(async () => {
        database = await driver.create()
      })
      afterAll(() => database.dispose())
      tests({ driver, database: () => database })
    })
  }
}
