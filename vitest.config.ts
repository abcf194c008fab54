import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

// Only these two: with `import` in the list some CommonJS packages no longer resolve.
const conditions = ['@latchkey/source', 'default']

// V8 loses branches of code that runs as often as in these, and then reports them as never taken. A million seals take half
// a minute and cover nothing that a few do not.
const uncounted = process.argv.includes('--coverage') ? ['**/properties/journeys-*', '**/sealing/nonces*'] : []

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    // Many tests wait for a server or a process, so a core less, as is the default, would be idle for half of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: ['test/services/global-setup.ts'],
    exclude: [...configDefaults.exclude, ...uncounted],
    coverage: {
      provider: 'v8',
      include: ['packages/core/src/**/*.ts'],
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
  },
})
