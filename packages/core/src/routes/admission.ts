import { MfaError } from '../errors.ts'
import type { Core } from '../operations/decide.ts'
import { type Enrollee, enrolleeByActivation, enrolleeByEnrollment } from '../operations/enrollment/enrollee.ts'
import type { MfaRequest, SignedIn } from '../ports.ts'
import { bearerToken } from '../tokens/bearer-token.ts'
import { isEnrollmentToken } from '../tokens/tokens.ts'
import { readBody } from './read-body.ts'
import { type BoundHost, pick, type Route } from './route.ts'

type Body = Readonly<Record<string, unknown>>

/** Who asks, and with what. */
interface Admitted {
  readonly body: Body
  readonly signedIn: SignedIn | null
  /** Set where that user is not signed in yet, and is enrolling in order to be. */
  readonly enrollee: Enrollee | null
}

interface Asking {
  readonly core: Core
  readonly request: MfaRequest
  readonly params: Readonly<Record<string, string>>
  readonly host: BoundHost
  readonly requestId: string | undefined
  /** Hears who is signed in, before anything else can be wrong, so that the event of a refusal can name the user. */
  readonly known: (signedIn: SignedIn) => void
}

/**
 * Finds out who asks, then reads the body. Where somebody may enroll without being signed in, a token for that comes
 * before a session: what a client sends on purpose means more than what its browser sends by itself.
 *
 * @throws MfaError `unauthenticated`, or what is wrong with the body
 */
export async function admit(route: Route, asking: Asking): Promise<Admitted> {
  if (route.access === 'anyone') return { body: await bodyOf(route, asking), signedIn: null, enrollee: null }
  const isConfirming = route.fields['activation_token'] !== undefined || route.activationParam !== undefined
  const isEnrolling = route.access === 'enrolling'
  const byHeader = isEnrolling && !isConfirming ? await enrolleeOfHeader(asking) : null
  const signedIn = byHeader === null ? await asking.host.currentUser() : null
  if (signedIn !== null) asking.known(signedIn)
  const isKnown = byHeader !== null || signedIn !== null
  const mayBeKnown = isEnrolling && isConfirming
  if (!isKnown && !mayBeKnown) throw new MfaError('unauthenticated')
  const body = await bodyOf(route, asking).catch((error: unknown) => {
    // What is wrong with a stranger's body is not told before who it is.
    throw isKnown ? error : new MfaError('unauthenticated')
  })
  const token = mayBeKnown ? activationTokenOf(route, body, asking) : undefined
  const byToken =
    token === undefined ? null : await enrolleeByActivation(asking.core, token, { ...asking, isSignedIn: isKnown })
  const enrollee = byHeader ?? byToken
  if (enrollee !== null) return { body, signedIn: { user: enrollee.user, provedAt: null }, enrollee }
  if (signedIn === null) throw new MfaError('unauthenticated')
  return { body, signedIn, enrollee: null }
}

async function bodyOf({ method }: Route, { request }: Asking): Promise<Body> {
  return method === 'GET' || method === 'DELETE' ? {} : readBody(request)
}

async function enrolleeOfHeader({ core, request, requestId }: Asking): Promise<Enrollee | null> {
  const token = bearerToken(request.header('authorization'))
  return token !== null && isEnrollmentToken(token) ? enrolleeByEnrollment(core, token, { requestId }) : null
}

function activationTokenOf(route: Route, body: Body, { params }: Asking): string | undefined {
  const { activationParam = '' } = route
  const token = pick(body, ['activation_token'])['activation_token'] ?? params[activationParam]
  return typeof token === 'string' ? token : undefined
}
