/**
 * What a user takes in each storage, and what a thousand times as many users do to the time of a login and a verify. Both
 * numbers of users are measured in turns, in one run, so that their ratio does not depend on the machine.
 */
import { randomBytes } from 'node:crypto'
import { createMfa, type Mfa, memoryStorage } from '@latchkey/core'
import { manualClock, virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { encodeRecord } from '../../packages/core/src/record/codec.ts'
import type { MfaRecord } from '../../packages/core/src/record/record.ts'
import { deriveKeys } from '../../packages/core/src/sealing/keys.ts'
import { createSealer } from '../../packages/core/src/sealing/seal.ts'
import { isLong, tell } from '../proof/extent.ts'
import { readRecord } from '../proof/records.ts'
import { secret } from '../security/accounts.ts'
import { startServer } from '../services/servers.ts'
import { type FreshPlace, freshPlace, serviceOf, titleOf, whyLeftOut } from '../storages/fresh-place.ts'
import { type StorageKind, storageKinds } from '../storages/place.ts'
import { openFiller, type Row, userIdOf } from './fill.ts'

const timeout = 3_600_000
const sizes = isLong ? ([1000, 1_000_000] as const) : ([100, 2000] as const)
const samples = isLong ? 2000 : 100
const batch = 2000
const clock = manualClock()
const sealer = createSealer(deriveKeys([secret]), randomBytes)

for (const kind of storageKinds) {
  describe.skipIf(whyLeftOut(kind) !== null)(`on ${titleOf(kind)}`, () => {
    test('few users and many', { timeout }, async () => {
      const template = await enrolledRecord()
      const places = await openPlaces(kind)
      const towns = await Promise.all(places.map((place) => openTown(place, template)))
      const bytes: number[] = []
      for (const [index, town] of towns.entries()) bytes.push(await town.fill(sizes[index] as number))
      for (let sample = 0; sample < samples; sample += 1) for (const town of towns) await town.signIn()
      const [few, many] = towns.map(({ times }) => times()) as [Times, Times]
      expect([few.login.length, many.verify.length]).toEqual([samples, samples])
      for (const [index, figure] of bytes.entries()) {
        tell(`size | ${kind} | ${sizes[index]} users | ${Math.round(figure / (sizes[index] as number))} bytes a user`)
      }
      for (const act of ['login', 'verify'] as const) {
        for (const at of [50, 99]) {
          const [of, to] = [percentile(few[act], at), percentile(many[act], at)]
          const ratio = (to / of).toFixed(2)
          tell(`size | ${kind} | ${act} p${at} | ${of.toFixed(3)} ms | ${to.toFixed(3)} ms | ratio ${ratio}`)
        }
      }
    })
  })
}

/** Places for few and for many, on one server. */
async function openPlaces(kind: StorageKind): Promise<readonly FreshPlace[]> {
  const service = serviceOf(kind)
  const server = service === null ? undefined : await startServer(service)
  if (server !== undefined) onTestFinished(server.stop)
  const places: FreshPlace[] = []
  for (const _ of sizes) {
    const place = await freshPlace(kind, server)
    onTestFinished(place.close)
    places.push(place)
  }
  return places
}

interface Times {
  readonly login: readonly number[]
  readonly verify: readonly number[]
}

/** Users of one place, who sign in at random. */
async function openTown(place: FreshPlace, template: MfaRecord) {
  let users = 0
  const steps = new Map<string, number>()
  const times = { login: [] as number[], verify: [] as number[] }
  let nowMs = clock.now()
  const findUser = (id: string) => ({ id, name: id })
  const mfa = createMfa({ secret, issuer: 'Latchkey', storage: place.storage, findUser, now: () => nowMs })
  const app = virtualAuthenticator({ secret: totpSecret })
  return {
    async fill(count: number): Promise<number> {
      const filler = await openFiller(place.place, place.storage)
      for (; users < count; users += batch) {
        const numbers = Array.from({ length: Math.min(batch, count - users) }, (_, index) => users + index)
        await filler.write(numbers.map((user) => rowOf(userIdOf(user), template)))
      }
      users = count
      const bytes = await filler.bytes(count)
      await filler.close()
      return bytes
    },
    async signIn(): Promise<void> {
      const user = findUser(userIdOf(Math.floor(Math.random() * users)))
      // Each user's clock is a step ahead of the last sign-in.
      const uses = (steps.get(user.id) ?? 0) + 1
      steps.set(user.id, uses)
      nowMs = clock.now() + uses * 60_000
      const token = await timed(times.login, async () => (await mfa.challenge(user)).ephemeralToken)
      await timed(times.verify, () => mfa.verify(token ?? '', { code: app.code(nowMs) }))
    },
    times: (): Times => times,
  }
}

const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

/** What is kept of somebody with an app and ten recovery codes. */
async function enrolledRecord(): Promise<MfaRecord> {
  const storage = memoryStorage()
  const mfa: Mfa = createMfa({ secret, issuer: 'Latchkey', storage, findUser: () => null, now: clock.now })
  await mfa.import('template', { totpSecret })
  await mfa.regenerateRecoveryCodes('template', { provedAt: clock.now() })
  return readRecord(storage, 'template')
}

function rowOf(userId: string, record: MfaRecord): Row {
  const revision = randomBytes(16).toString('base64url')
  const sealed = sealer.seal(userId, encodeRecord(record))
  return [userId, { revision, sealed, enabled: true, updatedAt: new Date(clock.now()) }]
}

async function timed<T>(into: number[], act: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  const result = await act()
  into.push(performance.now() - startedAt)
  return result
}

/** The nearest rank. */
function percentile(times: readonly number[], at: number): number {
  const sorted = times.toSorted((one, other) => one - other)
  return sorted[Math.ceil((at / 100) * sorted.length) - 1] ?? Number.NaN
}
