// What somebody runs at night, with all it has to know in its environment.

import { PclClient } from './pacer-client.ts'

const { PACER_SITE = '', PACER_USERNAME = '', PACER_PASSWORD = '', PACER_MFA_SECRET } = process.env

const client = new PclClient({
  sites: { production: PACER_SITE, qa: PACER_SITE },
  environment: 'qa',
  username: PACER_USERNAME,
  password: PACER_PASSWORD,
  secret: PACER_MFA_SECRET,
})
const result = await client.searchCases({ caseTitle: 'Smith' }).catch((error: Error) => ({ error: error.message }))
process.stdout.write(JSON.stringify(result))
