import type { Proof } from '../ports/proof.ts'
import { type RouteCall, userOf } from './route.ts'

/**
 * Signs in a user who enrolled in order to sign in. For one who was signed in already, tells the host about the fresh
 * proof. Gives what the host answers.
 */
export async function finishEnrollment(call: RouteCall, proof: Proof): Promise<object> {
  const { host, caller } = call
  if (caller.kind === 'enrollee') return asObject(await host.signIn(caller.user, proof))
  // A proof of knowledge is not fresh, and must not take the place of one that is.
  return proof.provedAt === null ? {} : asObject(await host.proved(userOf(call), proof))
}

function asObject(body: unknown): object {
  return typeof body === 'object' && body !== null ? body : {}
}
