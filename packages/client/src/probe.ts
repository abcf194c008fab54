import type { Client, Offer } from './client.ts'
import { codeOf, unexpected } from './http/answer.ts'
import type { Ask } from './http/ask.ts'
import type { ServerClock } from './http/server-clock.ts'
import type { Settings } from './options.ts'

/** A path for each method that exists only if the server has the factor. */
const signs = [
  ['totp', '/mfa/totp/deactivate'],
  ['recovery_code', '/mfa/recovery-codes/regenerate'],
  ['question', '/mfa/question'],
  ['one_time_code', '/mfa/one-time-code/send'],
] as const

/**
 * Ask what a server offers, by a method that a route does not have. The answer is 405 if the route exists, and something
 * else if it does not. This changes and counts nothing.
 */
export function createProbe({ now }: Settings, { ask, clock }: { ask: Ask; clock: ServerClock }): Client['probe'] {
  return async ({ signal } = {}): Promise<Offer> => {
    const look = (path: string) => ask({ route: ['GET', path], as: 'nobody', signal })
    const has = async (path: string) => codeOf(await look(path)) === 'method_not_allowed'
    const startMs = now()
    const verify = await look('/mfa/verify')
    const roundTripSeconds = (now() - startMs) / 1000
    if (codeOf(verify) !== 'method_not_allowed') throw unexpected(verify)
    const found = await Promise.all(signs.map(async ([method, path]) => ((await has(path)) ? [method] : [])))
    const [registers, bearer, diagnoses] = await Promise.all(
      ['/register', '/token/refresh', '/mfa/totp/diagnose'].map(has),
    )
    return {
      roundTripSeconds,
      clock: clock.reading(),
      methods: found.flat(),
      registers: registers === true,
      bearer: bearer === true,
      diagnoses: diagnoses === true,
    }
  }
}
