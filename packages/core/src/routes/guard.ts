import { MfaError } from '../errors.ts'
import type { Core } from '../operations/decide.ts'
import type { Host } from '../ports/host.ts'
import type { GuardOptions, MfaContext, MfaRequest } from '../ports/http.ts'
import { optional, readOptions, readWhole } from '../read-options.ts'
import { isFresh, stepUpRequired } from '../rules/fresh.ts'
import { toCaller } from './admission.ts'

/** Makes a check for a route of the app. @throws TypeError that names the option at fault */
export function createGuard<Args extends readonly unknown[]>(
  core: Core,
  host: Host<Args>,
  options: GuardOptions,
): (request: MfaRequest, ...args: Args) => Promise<MfaContext> {
  const usual = core.stepUpSeconds === false ? 300 : core.stepUpSeconds
  const { maxAgeSeconds, factors } = readOptions<GuardOptions>()('guard', options, {
    maxAgeSeconds: (value = usual, name) => readWhole(value, name, [1, Number.MAX_SAFE_INTEGER]),
    factors: optional((value, name) => readFactorNames(value, name, core)),
  })
  return async (_request, ...args) => {
    const signedIn = (await host.currentUser(...args)) ?? null
    if (signedIn === null) throw new MfaError('unauthenticated')
    const { user, proof } = toCaller(core, signedIn)
    const isRight = factors === undefined || factors.includes(proof?.factor ?? '')
    const provedAt = proof?.provedAt
    if (proof === null || !isRight || !isFresh(provedAt, { maxAgeSeconds, nowMs: core.now() }))
      throw stepUpRequired(maxAgeSeconds)
    const { userId, amr, factor, authenticatorId, strength } = proof
    return { user, proof: { userId, amr, factor, authenticatorId, strength, provedAt } }
  }
}

function readFactorNames(value: unknown, name: string, { factors }: Core): readonly string[] {
  const known = factors.map(({ type }) => type)
  const given: readonly unknown[] = Array.isArray(value) ? value : []
  const named = known.filter((type) => given.includes(type))
  if (named.length > 0 && given.every((type) => typeof type === 'string' && known.includes(type))) return named
  throw new TypeError(`${name} must be a list of ${known.join(', ')}`)
}
