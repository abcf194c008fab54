/** Shared servers are one for the whole run, and databases on them are each test's own, also where a stranger's server stands in. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { execute } from './mariadb.ts'
import { query } from './postgres.ts'
import { freshDatabase, sharedService, whyMissing } from './shared.ts'

const patience = 60_000
const cases = [
  { name: 'postgres', ask: query, variable: 'LATCHKEY_POSTGRES_URL' },
  { name: 'mariadb', ask: execute, variable: 'LATCHKEY_MYSQL_URL' },
] as const

afterEach(() => vi.unstubAllEnvs())

for (const { name, ask, variable } of cases) {
  describe.skipIf(whyMissing(name) !== null)(`${name}`, () => {
    test('is started once', { timeout: patience }, async () => {
      const [one, other] = await Promise.all([sharedService(name), sharedService(name)])
      expect(one).toEqual(other)
    })

    test('holds databases that know nothing of each other', { timeout: patience }, async () => {
      const [one, other] = await Promise.all([freshDatabase(name), freshDatabase(name)])
      await ask(one.url, 'CREATE TABLE mine (id INTEGER)')
      await expect(ask(other.url, 'SELECT * FROM mine')).rejects.toThrow('mine')
      await Promise.all([one.drop(), other.drop()])
      await expect(ask(one.url, 'SELECT 1')).rejects.toThrow(new URL(one.url).pathname.slice(1))
    })

    test('is the one an address names, where one is given', { timeout: patience }, async () => {
      const { url, drop } = await freshDatabase(name)
      vi.stubEnv(variable, url)
      expect((await sharedService(name)).urls).toEqual([url])
      const there = await freshDatabase(name)
      expect(new URL(there.url).host).toBe(new URL(url).host)
      await there.drop()
      vi.unstubAllEnvs()
      await drop()
    })
  })
}
