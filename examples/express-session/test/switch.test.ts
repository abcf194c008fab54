/**
 * The promise: the three lines that README.md shows put the example on another database, on which it does all that it did,
 * and a database that goes away and comes back costs it nothing but the time between.
 */
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { execute } from '../../../test/services/mariadb.ts'
import { query } from '../../../test/services/postgres.ts'
import { send } from '../../../test/services/redis.ts'
import { type Server, startServer } from '../../../test/services/servers.ts'
import { type ServiceName, whyMissing } from '../../../test/services/shared.ts'
import { appContract, type BuildApp } from '../../contract/app-contract.ts'
import { start } from '../../contract/example-process.ts'
import { temporaryFolder } from '../../contract/temporary-folder.ts'
import { createAuthenticator } from '../demo/authenticator.mjs'
import { createBrowser } from '../demo/browser.mjs'

interface Database {
  readonly service: ServiceName
  /** What stands before its lines in README.md. */
  readonly title: string
  readonly empty: (url: string) => Promise<unknown>
}

const databases: readonly Database[] = [
  { service: 'postgres', title: 'PostgreSQL', empty: (url) => query(url, 'DROP TABLE IF EXISTS latchkey_records') },
  { service: 'redis', title: 'Redis', empty: (url) => send(url, ['FLUSHALL']) },
  {
    service: 'mariadb',
    title: 'MySQL or MariaDB',
    empty: (url) => execute(url, 'DROP TABLE IF EXISTS latchkey_records'),
  },
]
const example = fileURLToPath(new URL('../', import.meta.url))
const tests = fileURLToPath(new URL('../../../test/', import.meta.url))
const source = readFileSync(join(example, 'app.js'), 'utf8')
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
const alice = { username: 'alice', password: 'correct horse battery staple' }
/** For a client to see that its server is gone, and that it is back. */
const timeout = 120_000
const secret = 'mB0c7sX2vQe9tLk4wZr6yHn1uJf8aGd3'

/** The lines that README.md takes away and puts in their place, in order. */
function changesOf({ title }: Database): readonly (readonly [before: string, after: string])[] {
  const [, diff = ''] = new RegExp(`^${title}, after .*\n\n\`\`\`diff\n([^]*?)\n\`\`\`$`, 'm').exec(readme) ?? []
  const lines = (sign: string) => diff.split('\n').flatMap((line) => (line.startsWith(sign) ? [line.slice(1)] : []))
  const added = lines('+')
  return lines('-').map((line, index) => [line, added[index] ?? ''] as const)
}

/** The example's `app.js` with some lines replaced by others. Each of them must be there once. */
function switched(changes: ReturnType<typeof changesOf>): string {
  const lines = source.split('\n')
  for (const [before, after] of changes) {
    expect(lines.filter((line) => line === before)).toHaveLength(1)
    lines[lines.indexOf(before)] = after
  }
  return lines.join('\n')
}

/** A copy of the example on this database, in a folder that goes with the test. */
function copyOn(database: Database): string {
  const outside = temporaryFolder()
  const folder = join(outside, 'bank')
  mkdirSync(folder)
  // What the example lacks, a driver for instance, is found in the folder of the tests.
  symlinkSync(join(tests, 'node_modules'), join(outside, 'node_modules'))
  symlinkSync(join(example, 'node_modules'), join(folder, 'node_modules'))
  for (const name of ['package.json', 'server.js', 'settings.js', 'users.js']) {
    copyFileSync(join(example, name), join(folder, name))
  }
  writeFileSync(join(folder, 'app.js'), switched(changesOf(database)))
  return folder
}

/** Starts the copy as `npm start` does, but from the packages' sources. @returns the program and its address */
async function serving(folder: string, url: string) {
  const sources = new URL('../../../test/docs/run-sources.mjs', import.meta.url)
  const command = [process.execPath, '--conditions=@latchkey/source', '--import', sources.href, 'server.js'] as const
  const app = start({
    folder,
    command: [...command],
    env: { PORT: '0', DATABASE: url, LATCHKEY_SECRET: secret },
  })
  const [, address = ''] = await app.printed(/^Listening on (http:\S+)$/m)
  return { app, browser: createBrowser(address) }
}

type Visitor = ReturnType<typeof createBrowser>

/** Enrolls alice by the real clock. @returns the code after the one she enrolled with */
async function enroll(visitor: Visitor): Promise<() => string> {
  await visitor.send('POST', '/auth/login', { body: alice })
  const begun = await visitor.send('GET', '/auth/mfa/totp/activate')
  const phone = createAuthenticator(String(begun.body['totp_url']))
  const step = phone.step(Date.now())
  const answer = { activation_token: begun.body['activation_token'], code: phone.code(step) }
  expect(await visitor.send('POST', '/auth/mfa/totp/activate', { body: answer })).toMatchObject({ status: 200 })
  return () => phone.code(Math.max(phone.step(Date.now()), step + 1))
}

for (const database of databases) {
  const why = whyMissing(database.service)

  test(`for ${database.title} README.md changes three lines of the example and no other`, () => {
    const after = switched(changesOf(database)).split('\n')
    const before = source.split('\n')
    expect(after).toHaveLength(before.length)
    expect(after.filter((line, index) => line !== before[index])).toHaveLength(3)
    expect(after.join('\n')).not.toMatch(/sqlite|libsql/i)
  })

  describe.skipIf(why !== null)(`on ${database.title}${why === null ? '' : `, skipped: ${why}`}`, () => {
    let server: Server
    const urlOf = () => server.urls[0]

    beforeAll(async () => {
      server = await startServer(database.service)
    }, 60_000)
    afterAll(() => server?.stop())

    describe('the example', () => {
      // What a pool says of connections that are lost, as it does when its server is stopped in the end.
      vi.spyOn(console, 'error').mockImplementation(() => undefined)
      const build: BuildApp = async (options) => {
        await database.empty(urlOf())
        const { buildApp } = (await import(join(copyOn(database), 'app.js'))) as { buildApp: BuildApp }
        return buildApp({ ...options, database: urlOf() })
      }
      appContract(build)
    })

    test('a database that is killed and comes back is found again, with all that was stored', { timeout }, async () => {
      await database.empty(urlOf())
      const { app, browser } = await serving(copyOn(database), urlOf())
      const code = await enroll(browser)
      const login = () => browser.send('POST', '/auth/login', { body: alice })
      expect(await login()).toMatchObject({ status: 200, body: { mfa_required: true } })
      await server.kill()
      const refused = await login()
      expect(refused).toMatchObject({ status: 503, beginsSession: false, body: { code: 'storage_unavailable' } })
      await server.start()
      const challenge = await vi.waitFor(
        async () => {
          const answer = await login()
          expect(answer).toMatchObject({ status: 200, body: { mfa_required: true } })
          return answer
        },
        { timeout: 30_000 },
      )
      const answer = { ephemeral_token: challenge.body['ephemeral_token'], code: code() }
      expect(await browser.send('POST', '/auth/mfa/verify', { body: answer })).toMatchObject({ status: 200 })
      expect(app.output).not.toContain(secret)
      await app.stop()
    })
  })
}
