/** A service that is missing is said to be, and never skipped in silence: in CI it is an error, elsewhere it is loud. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { reportServices, whyUnavailable } from './availability.mjs'
import { leftOutBlock, noteLeftOut } from './left-out.ts'
import { findPrograms, serviceNames } from './programs.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-programs-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('a service', () => {
  test.each(serviceNames)('%s that is nowhere gives a reason, and an error in CI', (name) => {
    const programs: Readonly<Record<string, string>> = {
      mariadb: 'mariadbd',
      postgres: 'postgres',
      pgbouncer: 'pgbouncer',
    }
    const program = programs[name] ?? 'redis-server'
    expect(whyUnavailable(name, { env: {}, folders: [folder] })).toContain(program)
    expect(whyUnavailable(name, { env: { CI: 'false' }, folders: [] })).toContain(program)
    expect(() => whyUnavailable(name, { env: { CI: 'true' }, folders: [folder] })).toThrow(program)
    expect(() => whyUnavailable(name, { env: { CI: '1' }, folders: [] })).toThrow(program)
  })

  test('is there with all of its programs, or with those of another make', () => {
    install('postgres')
    expect(findPrograms('postgres', [folder])).toBeNull()
    install('initdb')
    expect(findPrograms('postgres', [folder])).toEqual({
      server: join(folder, 'postgres'),
      others: [join(folder, 'initdb')],
    })
    install('valkey-server')
    install('mysqld')
    install('pgbouncer')
    for (const name of serviceNames) expect(whyUnavailable(name, { env: { CI: 'true' }, folders: [folder] })).toBeNull()
  })

  test('is there where an address stands in', () => {
    const env = { CI: 'true', LATCHKEY_REDIS_CLUSTER_URLS: 'redis://a:1,redis://b:2' }
    expect(whyUnavailable('redis-cluster', { env, folders: [] })).toBeNull()
    expect(() => whyUnavailable('redis', { env, folders: [] })).toThrow('redis-server')
  })
})

describe('the report', () => {
  test('says how to install what is missing, and what stands in', () => {
    const { text, missing } = reportServices({ env: {}, folders: [] })
    expect(missing).toEqual(serviceNames)
    for (const name of ['postgresql', 'mariadb-server', 'redis-server'])
      expect(text).toContain(`apt-get install ${name}`)
    for (const word of ['POSTGRES_URL', 'MYSQL_URL', 'REDIS_URL', 'REDIS_CLUSTER_URLS'])
      expect(text).toContain(`LATCHKEY_${word}=`)
  })

  test('says which version is where', () => {
    install('redis-server')
    const { text, missing } = reportServices({ env: {}, folders: [folder] })
    expect(missing).toEqual(['postgres', 'mariadb', 'pgbouncer'])
    expect(text).toContain(`found: ${join(folder, 'redis-server')}\n  redis-server, version 7`)
  })

  test('fails as a command exactly where something is missing', () => {
    const { text, missing } = reportServices()
    const report = fileURLToPath(new URL('./report.mjs', import.meta.url))
    const { status, stdout } = spawnSync(process.execPath, [report], { encoding: 'utf8' })
    expect(stdout).toContain(text)
    expect(status).toBe(missing.length === 0 ? 0 : 1)
  })
})

test('what was left out is said once for each service, and nothing where nothing was', () => {
  const file = join(folder, 'left-out')
  expect(leftOutBlock(file)).toBe('')
  for (const name of ['mariadb', 'postgres', 'mariadb'] as const) noteLeftOut(file, name)
  expect(leftOutBlock(file).match(/LEFT OUT: .*/g)).toEqual([
    'LEFT OUT: the tests on PostgreSQL, which is missing here.',
    'LEFT OUT: the tests on MariaDB or MySQL, which is missing here.',
  ])
  expect(leftOutBlock(file)).toContain('npm run services')
})

function install(name: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\necho '${name}, version 7'\n`, { mode: 0o755 })
}
