// The process in which the core is measured, without HTTP: `node core-work.js <settings as JSON>`.
import { createMfa, type JsonObject, memoryStorage, type StoredRecord } from '@latchkey/core'
import { qrPng, qrSvgDataUri } from '../../../packages/core/src/factors/totp/provisioning.ts'
import { answerParent } from '../../processes/answer.ts'
import { secret } from '../../security/accounts.ts'
import { codeOf, secretOf, userIdOf } from '../people.ts'
import { enrolledRows } from '../servers/enroll.ts'
import { each, type Spent, several } from './batch.ts'
import { challengeByHand, checkByHand, type Hand, type Person, verifyByHand } from './by-hand.ts'
import { openToken, type PartKeys, partKeys, seal, sealProof, signToken, stampOf, stepsOf, unseal } from './parts.ts'

/** Users of a batch, each of whom signs in once: so many at once. */
export interface Batch {
  readonly first: number
  readonly count: number
  readonly atOnce: number
}

/** A whole operation of the core, and what its unavoidable parts took on the same inputs. */
export interface Dissected {
  readonly whole: Spent
  /** One part after the other for each user, as in the whole: nothing is at hand as it is where one part runs alone. */
  readonly inOneGo: Spent
  readonly parts: Readonly<Record<string, Spent>>
}

const { users } = JSON.parse(process.argv[2] ?? '') as { users: number }
// It stands still, so that no code and no token grows old on a machine that is slow.
const nowMs = Date.now()
const keys: PartKeys = await partKeys(secret)
const storage = memoryStorage()
// The parts write here, since the rows of the whole have moved on.
const besides = memoryStorage()
for await (const rows of enrolledRows(users)) {
  for (const [userId, row] of rows) {
    await storage.put(userId, row, null)
    await besides.put(userId, row, null)
  }
}
const hand: Hand = { keys, storage: besides, nowMs }
const findUser = (id: string) => ({ id, name: id })
const mfa = createMfa({ secret, issuer: 'Latchkey', findUser, storage, now: () => nowMs })

/** Challenges and verifies a batch, each followed by its parts; and another one whose logins bring their codes along. */
async function signIns(batch: Batch): Promise<{ challenge: Dissected; verify: Dissected; answered: Dissected }> {
  const people = peopleOf(batch)
  const tokens: string[] = []
  const challenged = await several(people, batch.atOnce, async ({ id }, index) => {
    const found = await mfa.challenge(findUser(id))
    if (found.kind !== 'challenge') throw new Error(`${id} has no second factor`)
    tokens[index] = found.ephemeralToken
  })
  const before = await rowsOf(people)
  const challenge = {
    whole: challenged,
    inOneGo: await several(people, batch.atOnce, ({ id }) => challengeByHand(hand, id)),
    parts: await partsOfChallenge(people, before, batch.atOnce),
  }
  const verified = await several(people, batch.atOnce, ({ code }, index) => mfa.verify(tokens[index] ?? '', { code }))
  const after = await rowsOf(people)
  const verify = {
    whole: verified,
    inOneGo: await several(people, batch.atOnce, (person, index) => verifyByHand(hand, person, tokens[index] ?? '')),
    parts: await partsOfVerify(people, { tokens, before, after }, batch),
  }
  return { challenge, verify, answered: await answered({ ...batch, first: batch.first + users / 2 }) }
}

/** A login that brings its code: the whole of the second factor, but no token. */
async function answered(batch: Batch): Promise<Dissected> {
  const people = peopleOf(batch)
  const before = await rowsOf(people)
  const whole = await several(people, batch.atOnce, ({ id, code }) => mfa.challenge(findUser(id), { code }))
  const after = await rowsOf(people)
  const inOneGo = await several(people, batch.atOnce, (person) => checkByHand(hand, person))
  return { whole, inOneGo, parts: await partsOfCheck(people, { before, after }, batch) }
}

async function partsOfChallenge(people: readonly Person[], rows: readonly StoredRecord[], atOnce: number) {
  const stamps: string[] = []
  return {
    'storage: get': await several(people, atOnce, ({ id }) => besides.get(id)),
    unseal: await each(people, ({ id }, index) => void unseal(keys, id, rows[index]?.sealed ?? '')),
    'stamp: HMAC': await each(people, ({ id }) => void stamps.push(stampOf(keys, id))),
    'token: sign': await several(people, atOnce, ({ id }, index) =>
      signToken(keys, id, { stamp: stamps[index] ?? '', nowMs }),
    ),
  }
}

/** Rows before and after the code was used. */
interface Given {
  readonly before: readonly StoredRecord[]
  readonly after: readonly StoredRecord[]
}

async function partsOfVerify(people: readonly Person[], given: Given & { tokens: readonly string[] }, batch: Batch) {
  return {
    'token: verify': await several(people, batch.atOnce, (_, index) =>
      openToken(keys, given.tokens[index] ?? '', nowMs),
    ),
    'stamp: HMAC': await each(people, ({ id }) => void stampOf(keys, id)),
    ...(await partsOfCheck(people, given, batch)),
  }
}

async function partsOfCheck(people: readonly Person[], { before, after }: Given, { atOnce }: Batch) {
  const records = people.map(({ id }, index) => unseal(keys, id, after[index]?.sealed ?? ''))
  return {
    'storage: get and put': await several(people, atOnce, async ({ id }, index) => {
      const row = await besides.get(id)
      await besides.put(id, after[index] as StoredRecord, row?.revision ?? null)
    }),
    unseal: await each(people, ({ id }, index) => void unseal(keys, id, before[index]?.sealed ?? '')),
    'codes: three HMACs': await each(people, ({ code, secret: base32 }) => {
      if (stepsOf(code, base32, nowMs).length === 0) throw new Error('a code is wrong')
    }),
    seal: await each(people, ({ id }, index) => void seal(keys, id, records[index] as JsonObject)),
    'proof: seal': await each(people, ({ id }) => void sealProof(keys, id, nowMs)),
  }
}

/** What is done more seldom, one after the other. */
async function others({ first, count }: Batch): Promise<Readonly<Record<string, Spent>>> {
  const people = peopleOf({ first, count, atOnce: 1 })
  // Who has no second factor yet, since only that one begins without a proof.
  const fresh = people.map(({ id }) => findUser(`new-${id}`))
  const begun: { url: string; token: string }[] = []
  return {
    status: await several(people, 1, ({ id }) => mfa.status(id)),
    begin: await several(fresh, 1, async (user) => {
      const { totpUrl: url, activationToken: token } = await mfa.begin('totp', user)
      begun.push({ url, token })
    }),
    'begin: its QR code as SVG': await each(begun, ({ url }) => void qrSvgDataUri(url)),
    'QR code as PNG': await several(begun, 1, ({ token }, index) => {
      const signedIn = { user: fresh[index] ?? findUser(''), proof: null, session: 'of the bench' }
      return mfa.runRoute('totp.qr', { activation_token: token }, { signedIn })
    }),
    'QR code as PNG: its drawing': await each(begun, ({ url }) => void qrPng(url)),
  }
}

function peopleOf({ first, count }: Batch): readonly Person[] {
  return Array.from({ length: count }, (_, index) => {
    const user = first + index
    return { id: userIdOf(user), code: codeOf(user, nowMs), secret: secretOf(user) }
  })
}

async function rowsOf(people: readonly Person[]): Promise<readonly StoredRecord[]> {
  return Promise.all(people.map(async ({ id }) => (await storage.get(id)) as StoredRecord))
}

answerParent({ signIns, others }, 'ready')
