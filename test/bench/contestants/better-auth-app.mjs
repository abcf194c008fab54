import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto'
import { twoFactor } from 'better-auth/plugins/two-factor'
import { password, secretOf, userIdOf } from '../people.ts'

/**
 * An app of better-auth with passwords and its second factor. On is all that is on by default: its checks of origins, five
 * codes for a sign-in, and a lock of 15 minutes after ten wrong codes. Off is its limit of requests from one address, since
 * all of them come from one here.
 *
 * @param database - One of its adapters
 * @param origin - Where the app is
 */
export function createApp(database, origin) {
  return betterAuth({
    database,
    baseURL: origin,
    secret: 'a secret of the benchmark, for nobody else',
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    emailAndPassword: {
      enabled: true,
      password: { hash: async (given) => given, verify: async ({ password: given }) => given === password },
    },
    // Left to itself it skips the check where NODE_ENV is `test`.
    advanced: { disableOriginCheck: false },
    plugins: [twoFactor()],
  })
}

/** What signing up and enrolling leave in the tables, for each of many users: it copies the rows that one user's made. */
export async function* enrolledRows(users) {
  const { key, newId, backupCodes, ...one } = await enrollOne()
  for (let user = 0; user < users; user += 1) {
    const name = userIdOf(user)
    const id = newId('user')
    const own = {
      // How it keeps secrets that another system made.
      secret: asRead(await symmetricEncrypt({ key, data: `base32:${secretOf(user)}` })),
      backupCodes: asRead(await symmetricEncrypt({ key, data: backupCodes })),
    }
    yield {
      user: { ...one.user, id, name, email: emailOf(name) },
      account: { ...one.account, id: newId('account'), accountId: id, userId: id },
      twoFactor: { ...one.twoFactor, id: newId('twoFactor'), userId: id, ...own },
    }
  }
}

/** Signs somebody up and enrolls them by the app's own endpoints. */
async function enrollOne() {
  const tables = emptyTables()
  const { api, $context } = createApp(memoryAdapter(tables), 'http://127.0.0.1')
  const { secretConfig: key, generateId } = await $context
  const body = { name: 'somebody', email: emailOf('somebody'), password }
  const headers = asSent((await api.signUpEmail({ body, returnHeaders: true })).headers)
  await api.enableTwoFactor({ body: { password }, headers })
  const [twoFactor] = tables.twoFactor
  const secret = await symmetricDecrypt({ key, data: twoFactor.secret })
  await api.verifyTOTP({ body: await api.generateTOTP({ body: { secret } }), headers })
  const backupCodes = await symmetricDecrypt({ key, data: twoFactor.backupCodes })
  const newId = (model) => generateId({ model })
  return { key, newId, backupCodes, user: tables.user[0], account: tables.account[0], twoFactor }
}

/** The tables of its memory adapter. */
export function emptyTables() {
  return { user: [], account: [], session: [], verification: [], twoFactor: [] }
}

/** A text that is joined from hundreds of pieces takes many times the memory of one that comes from a database. */
function asRead(text) {
  return Buffer.from(text).toString()
}

function asSent(headers) {
  const cookies = headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0])
  return new Headers({ cookie: cookies.join('; ') })
}

function emailOf(name) {
  return `${name}@app.example`
}
