// What somebody runs at night, with all it has to know in its environment.

import { createClient } from '@latchkey/client'
import { environmentSecret, stepFile } from '@latchkey/client/node'

const { PACER_SITE = '', PACER_USERNAME = '', PACER_PASSWORD = '', PACER_MFA_SECRET, PACER_STEPS = '' } = process.env
const totp = { secret: environmentSecret('PACER_MFA_SECRET'), steps: stepFile(PACER_STEPS) }

const client = createClient({
  baseUrl: `${PACER_SITE}/account`,
  ...(PACER_MFA_SECRET === undefined ? {} : { totp }),
  // A secret that is no good is not tried again half a minute later.
  maxAttempts: 1,
})
const result = await client.login({ username: PACER_USERNAME, password: PACER_PASSWORD }).then(
  async () => (await client.fetch('/cases?caseTitle=Smith')).json() as Promise<unknown>,
  ({ code }: { code: string }) => ({ error: code }),
)
process.stdout.write(JSON.stringify(result))
