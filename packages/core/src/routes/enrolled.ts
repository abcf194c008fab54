import type { Proof } from '../ports.ts'
import { type RouteCall, userOf } from './route.ts'

/** Signs in who has enrolled in order to be, and has the host remember the proof of who was. Gives what the host answers. */
export async function enrolled({ host, entrant, ...call }: RouteCall, proof: Proof): Promise<object> {
  if (entrant !== null) return asObject(await host.signIn(entrant.user, proof))
  // A weak factor's is not fresh, and must not take the place of one that is.
  return proof.provedAt === null ? {} : asObject(await host.proved(userOf(call), proof))
}

function asObject(body: unknown): object {
  return typeof body === 'object' && body !== null ? body : {}
}
