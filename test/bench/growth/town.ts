// A process whose people sign in with Latchkey itself, one after the other: `node town.js <settings as JSON>`.
import { createMfa } from '@latchkey/core'
import { answerParent } from '../../processes/answer.ts'
import { secret } from '../../security/accounts.ts'
import { codeOf, userAt, userIdOf } from '../people.ts'
import { memory } from '../servers/measures.ts'
import { openStorage } from '../servers/storage.ts'
import type { ServerSettings } from '../target.ts'

/** Which of a town's sign-ins, by their numbers. */
export interface SignIns {
  readonly first: number
  readonly count: number
}

/** How long each took, in milliseconds. */
export interface Times {
  readonly login: readonly number[]
  readonly verify: readonly number[]
}

const settings = JSON.parse(process.argv[2] ?? '') as Pick<ServerSettings, 'place' | 'users' | 'drawn'>
const startedAt = Date.now()
let nowMs = startedAt
const findUser = (id: string) => ({ id, name: id })
const storage = await openStorage(settings)
const mfa = createMfa({ secret, issuer: 'Latchkey', storage, findUser, now: () => nowMs })

async function signIns({ first, count }: SignIns): Promise<Times> {
  const times = { login: [] as number[], verify: [] as number[] }
  for (let number = first; number < first + count; number += 1) {
    const user = userAt(number, settings.users)
    // Whoever comes again comes when nothing is left of the last sign-in but the authenticator's count.
    nowMs = startedAt + Math.floor(number / settings.users) * 600_000
    const code = codeOf(user, nowMs)
    const [loginAt, known] = [performance.now(), findUser(userIdOf(user))]
    const challenge = await mfa.challenge(known)
    const verifyAt = performance.now()
    if (challenge.kind !== 'challenge') throw new Error(`${known.id} has no second factor`)
    await mfa.verify(challenge.ephemeralToken, { code })
    times.login.push(verifyAt - loginAt)
    times.verify.push(performance.now() - verifyAt)
  }
  return times
}

answerParent({ signIns, memory }, 'ready')
