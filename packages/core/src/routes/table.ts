import { MfaError } from '../errors.ts'
import type { Factor } from '../factors/factor.ts'
import { listAuthenticators, removeAuthenticator, renameAuthenticator } from '../operations/account/authenticators.ts'
import { status } from '../operations/account/status.ts'
import { enrolleeMethod, register } from '../operations/enrollment/enrollee.ts'
import { challenge } from '../operations/login/challenge.ts'
import { stepUp, verify } from '../operations/login/verify.ts'
import { emptyAnswer, toWire } from './answer.ts'
import { factorRoutes } from './factor-routes.ts'
import { type ProofFields, pick, type Route, type RouteAnswer, type RouteCall, requiredText, userOf } from './route.ts'
import { tokenRoutes } from './token-routes.ts'

/** Every route of the given factors, at its default path. */
export function routeTable(factors: readonly Factor[]): readonly Route[] {
  const fields = [...new Set(factors.map(({ field }) => field))]
  return [
    ...loginRoutes(fields),
    registerRoute(factors),
    ...tokenRoutes,
    ...accountRoutes(fields),
    ...factors.flatMap((factor) => factorRoutes(factor, fields)),
  ]
}

function loginRoutes(fields: ProofFields['fields']): readonly Route[] {
  return [
    {
      name: 'login',
      method: 'POST',
      path: '/login',
      access: 'anyone',
      fields: {},
      proof: { fields, required: false },
      handle: login,
    },
    {
      name: 'verify',
      method: 'POST',
      path: '/mfa/verify',
      access: 'anyone',
      fields: { ephemeral_token: requiredText },
      proof: { fields, required: true },
      async handle({ core, host, body, input, requestId }) {
        const { user, proof } = await verify(core, body['ephemeral_token'], { input, requestId })
        return { body: await host.signIn(user, proof) }
      },
    },
  ]
}

async function login({ core, host, body, input, requestId }: RouteCall): Promise<RouteAnswer> {
  const user = (await host.checkCredentials(body)) ?? null
  if (user === null) throw new MfaError('invalid_credentials')
  const { proof, enrollmentRequired, ...challenged } = await challenge(core, user, { requestId, input })
  if (proof !== undefined) return { body: await host.signIn(user, proof) }
  const demand = enrollmentRequired === true ? { mfa_enrollment_required: true } : { mfa_required: true }
  return { body: { ...demand, ...(toWire(challenged) as object) } }
}

/** Makes an account and begins its enrollment, which goes on without being signed in. */
function registerRoute(factors: readonly Factor[]): Route {
  const taken = factors.flatMap(({ enrollment }) => Object.keys(enrollment?.fields ?? {}))
  return {
    name: 'register',
    method: 'POST',
    path: '/register',
    access: 'anyone',
    fields: {},
    limited: true,
    needs: 'register',
    async handle({ core, host, body, requestId }) {
      const fields = pick(body, taken)
      const method = enrolleeMethod(core, pick(body, ['method'])['method'], fields)
      const user = await host.register(body)
      if (user === null) throw new MfaError('invalid_request', { detail: 'the app did not make the account' })
      const begun = await register(core, user, { method, fields, requestId })
      return { body: { user: { id: user.id, name: user.name }, ...(toWire(begun) as object) } }
    },
  }
}

function accountRoutes(fields: ProofFields['fields']): readonly Route[] {
  return [
    {
      name: 'status',
      method: 'GET',
      path: '/mfa/status',
      access: 'signed_in',
      fields: {},
      handle: async (call) => ({ body: toWire(await status(call.core, userOf(call).id, call)) }),
    },
    {
      name: 'stepUp',
      method: 'POST',
      path: '/mfa/step-up',
      access: 'signed_in',
      fields: {},
      proof: { fields, required: true },
      async handle(call) {
        const proof = await stepUp(call.core, userOf(call), call)
        const answer = await call.host.proved(userOf(call), proof)
        return { body: answer ?? { proved_at: toWire(new Date(proof.provedAt as number)) } }
      },
    },
    ...authenticatorRoutes,
  ]
}

const authenticatorRoutes: readonly Route[] = [
  {
    name: 'authenticators',
    method: 'GET',
    path: '/mfa/authenticators',
    access: 'signed_in',
    fields: {},
    async handle(call) {
      return { body: toWire({ authenticators: await listAuthenticators(call.core, userOf(call).id, call) }) }
    },
  },
  {
    name: 'renameAuthenticator',
    method: 'PATCH',
    path: '/mfa/authenticators/:id',
    access: 'signed_in',
    fields: { name: requiredText },
    async handle(call) {
      const { core, params, body, requestId } = call
      const change = { id: params['id'] as string, name: body['name'] as string, requestId }
      return { body: toWire(await renameAuthenticator(core, userOf(call).id, change)) }
    },
  },
  {
    name: 'removeAuthenticator',
    method: 'DELETE',
    path: '/mfa/authenticators/:id',
    access: 'signed_in',
    fields: {},
    async handle(call) {
      const { core, params, signedIn, requestId } = call
      await removeAuthenticator(core, userOf(call).id, {
        id: params['id'] as string,
        provedAt: signedIn?.provedAt,
        requestId,
      })
      return emptyAnswer()
    },
  },
]
