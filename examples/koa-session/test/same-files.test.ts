// Each example is whole, so that it can be copied; what does not depend on the framework stays the same in both.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test.each(['users.js', 'settings.js', 'server.js'])('%s is that of the Express example', (name) => {
  const read = (example: string) => readFileSync(new URL(`../../${example}/${name}`, import.meta.url), 'utf8')
  expect(read('koa-session')).toBe(read('express-session'))
})
