// `npm start` serves the example, and prints the mails that it would send.

import { fileURLToPath } from 'node:url'
import { createClient } from '@latchkey/client'
import { expect, test } from 'vitest'
import { start } from '../../contract/example-process.ts'
import { alice } from '../../contract/open-example.ts'
import { allowSlowTests } from '../../contract/slow-tests.ts'

allowSlowTests()

test('a user who enrolls an address finds the code in what the server prints', async () => {
  const folder = fileURLToPath(new URL('../', import.meta.url))
  const server = start({ folder, env: { PORT: '0', DATABASE: ':memory:' } })
  const [, url = ''] = await server.printed(/^Listening on (http:\S+)$/m)
  const client = createClient({ baseUrl: `${url}/auth` })
  await client.login(alice)
  await client.setup('one_time_code', { to: 'alice@example.com' })
  const [, code = ''] = await server.printed(/^Mail to alice@example\.com:\n(\d{6}) is your code/m)
  expect((await client.confirm(code)).authenticator.type).toBe('one_time_code')
})
