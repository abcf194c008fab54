import { MfaError } from '../errors.ts'
import type { Core } from '../operations/core.ts'
import { type Entrant, entrantByActivation, entrantByEnrollment } from '../operations/enter.ts'
import type { MfaRequest, SignedIn } from '../ports.ts'
import { bearerToken } from '../tokens/bearer-token.ts'
import { isEnrollmentToken } from '../tokens/tokens.ts'
import { readBody } from './read-body.ts'
import type { BoundHost, Route } from './route.ts'

type Body = Readonly<Record<string, unknown>>

/** Who asks, and with what. */
interface Admitted {
  readonly body: Body
  readonly signedIn: SignedIn | null
  /** Set where that user is not signed in yet, and is enrolling in order to be. */
  readonly entrant: Entrant | null
}

interface Asking {
  readonly core: Core
  readonly request: MfaRequest
  readonly host: BoundHost
  readonly requestId: string | undefined
}

/**
 * Finds out who asks, then reads the body. Where somebody may enrol without being signed in, a token for that comes
 * before a session: what a client sends on purpose means more than what its browser sends by itself.
 *
 * @throws MfaError `unauthenticated`, or what is wrong with the body
 */
export async function admitted(route: Route, asking: Asking): Promise<Admitted> {
  if (route.access === 'anyone') return { body: await bodyOf(route, asking), signedIn: null, entrant: null }
  const byBody = route.access === 'enrolling' && route.fields['activation_token'] !== undefined
  const byHeader = route.access === 'enrolling' && !byBody ? await entrantOfHeader(asking) : null
  const signedIn = byHeader === null ? await asking.host.currentUser() : null
  const isKnown = byHeader !== null || signedIn !== null
  if (!isKnown && !byBody) throw new MfaError('unauthenticated')
  const body = await bodyOf(route, asking).catch((error: unknown) => {
    // What is wrong with a stranger's body is not told before who it is.
    throw isKnown ? error : new MfaError('unauthenticated')
  })
  const entrant = byHeader ?? (byBody ? await entrantOfBody(body, { ...asking, isSignedIn: isKnown }) : null)
  if (entrant !== null) return { body, signedIn: { user: entrant.user, provedAt: null }, entrant }
  if (signedIn === null) throw new MfaError('unauthenticated')
  return { body, signedIn, entrant: null }
}

async function bodyOf({ method }: Route, { request }: Asking): Promise<Body> {
  return method === 'GET' || method === 'DELETE' ? {} : readBody(request)
}

async function entrantOfHeader({ core, request, requestId }: Asking): Promise<Entrant | null> {
  const token = bearerToken(request.header('authorization'))
  return token !== null && isEnrollmentToken(token) ? entrantByEnrollment(core, token, { requestId }) : null
}

async function entrantOfBody(body: Body, asking: Asking & { isSignedIn: boolean }): Promise<Entrant | null> {
  const token = Object.hasOwn(body, 'activation_token') ? body['activation_token'] : undefined
  if (typeof token !== 'string') return null
  return entrantByActivation(asking.core, token, asking)
}
