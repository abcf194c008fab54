import { MfaError } from '../errors.ts'
import type { Factor } from '../factors/factor.ts'
import { ownField, pick, requiredText, textOf } from '../fields.ts'
import { listAuthenticators, removeAuthenticator, renameAuthenticator } from '../operations/account/authenticators.ts'
import { status } from '../operations/account/status.ts'
import { beginAccount } from '../operations/enrollment/begin.ts'
import { enrolleeMethod } from '../operations/enrollment/enrollee.ts'
import { type Challenge, challenge } from '../operations/login/challenge.ts'
import { confirmPassword } from '../operations/login/confirm-password.ts'
import { stepUp, verify } from '../operations/login/verify.ts'
import { instantOf, toWire, toWireObject } from '../wire.ts'
import { emptyAnswer } from './answer.ts'
import { factorRoutes } from './factor-routes.ts'
import { type ProofFields, paramOf, provedAtOf, type Route, type RouteAnswer, type RouteCall, userOf } from './route.ts'
import {
  authenticatorSchema,
  authenticatorsSchema,
  hostAnswer,
  loginSchema,
  registeredSchema,
  statusSchema,
  stepUpSchema,
} from './schemas.ts'
import { tokenRoutes } from './token-routes.ts'

/** Every route of the given factors, at its default path. */
export function routeTable(factors: readonly Factor[]): readonly Route[] {
  const fields = [...new Set(factors.map(({ field }) => field.name))]
  return [
    ...loginRoutes(factors, fields),
    registerRoute(factors),
    ...tokenRoutes,
    ...accountRoutes(fields),
    ...factors.flatMap((factor) => factorRoutes(factor, fields)),
  ]
}

function loginRoutes(factors: readonly Factor[], fields: ProofFields['fields']): readonly Route[] {
  return [
    {
      name: 'login',
      method: 'POST',
      path: '/login',
      access: 'anyone',
      fields: {},
      answer: loginSchema(factors),
      proof: { fields, required: false },
      handle: login,
    },
    {
      name: 'verify',
      method: 'POST',
      path: '/mfa/verify',
      access: 'anyone',
      fields: { ephemeral_token: requiredText },
      answer: hostAnswer,
      proof: { fields, required: true },
      async handle({ core, host, body, input, requestId }) {
        const { user, proof } = await verify(core, textOf(body, 'ephemeral_token'), { input, requestId })
        return { body: await host.signIn(user, proof) }
      },
    },
  ]
}

async function login({ core, host, body, input, requestId }: RouteCall): Promise<RouteAnswer> {
  const user = (await host.checkCredentials(body)) ?? null
  if (user === null) throw new MfaError('invalid_credentials')
  const outcome = await challenge(core, user, { requestId, input })
  return { body: outcome.kind === 'proof' ? await host.signIn(user, outcome.proof) : challengeOnWire(outcome) }
}

function challengeOnWire(outcome: Exclude<Challenge, { kind: 'proof' }>): object {
  if (outcome.kind === 'challenge') {
    const { kind: _, challenges, ...rest } = outcome
    // The keys are types of factors, which are on the wire as they are.
    const asked = Object.entries(challenges).map(([type, options]) => [type, toWire(options)] as const)
    return { mfa_required: true, ...toWireObject(rest), ...Object.fromEntries(asked) }
  }
  const { kind: _, ...rest } = outcome
  return { mfa_enrollment_required: true, ...toWireObject(rest) }
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
    answer: registeredSchema(factors),
    limited: true,
    needs: 'register',
    async handle({ core, host, body, requestId }) {
      const fields = pick(body, taken)
      const method = enrolleeMethod(core, ownField(body, 'method'), fields)
      const user = await host.register(body)
      if (user === null) throw new MfaError('invalid_request', { detail: 'the app did not make the account' })
      const begun = await beginAccount(core, method, { user, fields, requestId })
      return { body: { user: { id: user.id, name: user.name }, ...toWireObject(begun) } }
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
      answer: statusSchema,
      handle: async (call) => ({ body: toWire(await status(call.core, userOf(call).id, call)) }),
    },
    {
      name: 'stepUp',
      method: 'POST',
      path: '/mfa/step-up',
      access: 'signed_in',
      fields: {},
      answer: stepUpSchema,
      proof: { fields, required: true },
      password: 'instead',
      handle: stepUpOrConfirm,
    },
    ...authenticatorRoutes,
  ]
}

/** A step-up, or for a user without a second factor the password again. */
async function stepUpOrConfirm(call: RouteCall): Promise<RouteAnswer> {
  const { core, host, body, input, requestId } = call
  const user = userOf(call)
  const { confirmPassword: ask, confirmed } = host
  if (ask !== undefined && confirmed !== undefined && Object.keys(input).length === 0) {
    const password = textOf(body, 'password')
    const evidence = await confirmPassword(core, user, { ask: () => ask(user, password), requestId })
    return { body: await confirmed(user, evidence) }
  }
  const proof = await stepUp(core, user, call)
  const answer = await host.proved(user, proof)
  return { body: answer ?? { proved_at: instantOf(proof.provedAt) } }
}

const authenticatorRoutes: readonly Route[] = [
  {
    name: 'authenticators',
    method: 'GET',
    path: '/mfa/authenticators',
    access: 'signed_in',
    fields: {},
    answer: authenticatorsSchema,
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
    answer: authenticatorSchema,
    async handle(call) {
      const { core, body, requestId } = call
      const change = { id: paramOf(call, 'id'), name: textOf(body, 'name'), requestId }
      return { body: toWire(await renameAuthenticator(core, userOf(call).id, change)) }
    },
  },
  {
    name: 'removeAuthenticator',
    method: 'DELETE',
    path: '/mfa/authenticators/:id',
    access: 'signed_in',
    fields: {},
    answer: null,
    async handle(call) {
      const { core, requestId } = call
      const meant = { id: paramOf(call, 'id'), provedAt: provedAtOf(call), requestId }
      await removeAuthenticator(core, userOf(call).id, meant)
      return emptyAnswer()
    },
  },
]
