import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'

// Only these two: with `import` in the list some CommonJS packages no longer resolve.
const conditions = ['@latchkey/source', 'default']

// V8 loses branches of code that runs as often as in these, and then reports them as never taken. Many seals cover nothing
// that a few do not.
const uncounted = process.argv.includes('--coverage') ? ['**/properties/journeys*', '**/sealing/nonces*'] : []

// Loading the sources anew for each file takes longer than most of these files run. What replaces modules, or cleans up
// behind a file, has a process of its own; so has what uses test tools that do.
const ofTheClient = ['account', 'enrollment', 'http', 'login', 'security', 'session', 'totp']
const sharing = [
  ...['core', 'express', 'koa', 'one-time-code'].map((name) => `packages/${name}/test`),
  ...ofTheClient.map((folder) => `packages/client/test/${folder}`),
]
const alone = sharing
  .flatMap(testsIn)
  .filter((file) => /\bvi\.|\b(?:before|after)All\b/.test(readFileSync(file, 'utf8')))
// `npm test` is for the moment after a change, and takes nothing but Node: what needs another program, or tries at length what
// a unit tries too, is left to `npm run test:all`.
const isLoop = process.env['LATCHKEY_TESTS'] === 'loop'
const beyondLoop = [
  ...['bench', 'classic-app', 'journeys', 'planted-bugs', 'proof', 'real-browser', 'services', 'storages'].map(
    (folder) => `test/${folder}/**`,
  ),
  'test/docs/{client-journeys,other-services,own-storage}.test.ts',
  'examples/**',
  'packages/testing/test/{processes,runners}/**',
  'packages/client/test/command/{at-terminal,without-terminal}.test.ts',
  'packages/*/test/**/properties/**',
  '**/sealing/nonces.test.ts',
]

const exclude = [...configDefaults.exclude, ...uncounted, ...(isLoop ? beyondLoop : [])]

// Most tests on SQLite run by libsql, in many processes, and each of these would be warned of the SQLite in it.
const quiet = '--disable-warning=LATCHKEY_SQLITE_WAL_RESET'

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Many tests wait for a server or a process, so a core less, as is the default, would be idle for half of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    execArgv: [quiet],
    env: { NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} ${quiet}`.trim() },
    globalSetup: ['test/services/global-setup.ts'],
    // For what is stuck, not for what is slow: the machine may have other work.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      include: ['packages/core/src/**/*.ts'],
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...exclude, ...sharing.flatMap(testsIn).filter((file) => !alone.includes(file))],
        },
      },
      {
        extends: true,
        test: {
          name: 'sharing',
          isolate: false,
          include: sharing.map((folder) => `${folder}/**/*.test.ts`),
          exclude: [...exclude, ...alone],
        },
      },
    ],
  },
})

function testsIn(folder: string): readonly string[] {
  const files = readdirSync(join(import.meta.dirname, folder), { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.test.ts')).map((file) => join(folder, file))
}
