import { MfaError } from '../errors.ts'
import { type Body, ownField } from '../fields.ts'
import type { Core } from '../operations/decide.ts'
import { enrolleeByActivation, enrolleeByEnrollment, requireEnrollee } from '../operations/enrollment/enrollee.ts'
import type { MfaRequest } from '../ports/http.ts'
import type { SignedIn } from '../ports/proof.ts'
import { checkUser } from '../rules/proof.ts'
import { bearerToken } from '../tokens/access.ts'
import { isEnrollmentToken } from '../tokens/tokens.ts'
import { readBody } from './read-body.ts'
import type { BoundHost, Caller, Route, SignedInCaller } from './route.ts'

const nobody: Caller = Object.freeze({ kind: 'nobody' })

interface Asking {
  readonly core: Core
  readonly route: Route
  readonly request: MfaRequest
  readonly params: Readonly<Record<string, string>>
  readonly host: BoundHost
  readonly requestId: string | undefined
}

/** Finds out who asks before the body is read, by what the route takes. */
const identify: { readonly [Access in Route['access']]: (asking: Asking) => Promise<Caller> } = {
  anyone: async () => nobody,
  signed_in: requireUser,
  // What a client sends on purpose means more than what its browser sends by itself, so a token comes before a session.
  async enrolling(asking) {
    if (readsActivation(asking.route)) return (await findUser(asking)) ?? nobody
    const token = bearerToken(asking.request.header('authorization'))
    if (token === null || !isEnrollmentToken(token)) return requireUser(asking)
    return enrolleeByEnrollment(asking.core, token, asking)
  },
}

/** Finds out who asks, as far as it can be told without the body. @throws MfaError `unauthenticated` */
export function identifyCaller(asking: Asking): Promise<Caller> {
  return identify[asking.route.access](asking)
}

/**
 * Reads the body, and finds out who confirms an enrollment by the token in it.
 *
 * @throws MfaError what is wrong with the body; `unauthenticated`
 */
export async function admit(asking: Asking, caller: Caller): Promise<{ caller: Caller; body: Body }> {
  if (!isConfirming(asking.route)) return { caller, body: await bodyOf(asking) }
  if (caller.kind === 'nobody') return admitStranger(asking)
  const body = await bodyOf(asking)
  const token = activationTokenOf(body, asking)
  const found = token === undefined ? caller : await enrolleeByActivation(asking.core, token)
  return { caller: found.kind === 'enrollee' ? found : caller, body }
}

/** What is wrong with a stranger's body is not told before who it is. */
async function admitStranger(asking: Asking): Promise<{ caller: Caller; body: Body }> {
  const body = await bodyOf(asking).catch(() => {
    throw new MfaError('unauthenticated')
  })
  const token = activationTokenOf(body, asking)
  if (token === undefined) throw new MfaError('unauthenticated')
  return { caller: await requireEnrollee(asking.core, token, asking), body }
}

function isConfirming(route: Route): boolean {
  return route.access === 'enrolling' && readsActivation(route)
}

function readsActivation({ fields, activationParam }: Route): boolean {
  return fields['activation_token'] !== undefined || activationParam !== undefined
}

function activationTokenOf(body: Body, { params, route }: Asking): string | undefined {
  const { activationParam = '' } = route
  const token = ownField(body, 'activation_token') ?? params[activationParam]
  return typeof token === 'string' ? token : undefined
}

async function bodyOf({ request, route }: Asking): Promise<Body> {
  return route.method === 'GET' || route.method === 'DELETE' ? {} : readBody(request)
}

async function findUser({ core, host }: Pick<Asking, 'core' | 'host'>): Promise<SignedInCaller | null> {
  const signedIn = await host.currentUser()
  return signedIn === null ? null : toCaller(core, signedIn)
}

/** @throws MfaError `unauthenticated` */
export async function requireUser(asking: Pick<Asking, 'core' | 'host'>): Promise<SignedInCaller> {
  const caller = await findUser(asking)
  if (caller === null) throw new MfaError('unauthenticated')
  return caller
}

/** Makes a caller of who is signed in, with the proof opened. @throws TypeError that says what the host got wrong */
export function toCaller({ proofs }: Pick<Core, 'proofs'>, signedIn: SignedIn): SignedInCaller {
  const { user, proof, session } = signedIn
  checkUser(user)
  if (typeof session !== 'string')
    throw new TypeError('currentUser must give a session: a string that is made at sign-in')
  return { kind: 'user', user, signedIn, proof: proofs.open(user, proof) }
}
