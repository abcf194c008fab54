// The example is whole, so that it can be copied; how it is served is as in the others.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test.each(['settings.js', 'server.js'])('%s is that of the Express example', (name) => {
  const read = (example: string) => readFileSync(new URL(`../../${example}/${name}`, import.meta.url), 'utf8')
  expect(read('bearer-tokens')).toBe(read('express-session'))
})
