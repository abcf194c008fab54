import { codeFault } from '../../factors/factor.ts'
import {
  listAuthenticators,
  removeAuthenticator,
  removeAuthenticators,
  renameAuthenticator,
  showAuthenticator,
} from '../../operations/account/authenticators.ts'
import { begin } from '../../operations/enrollment/begin.ts'
import { confirm } from '../../operations/enrollment/confirm.ts'
import { emptyAnswer } from '../answer.ts'
import { finishEnrollment } from '../finish-enrollment.ts'
import { optionalText, type Route, type RouteCall, requiredText, userOf } from '../route.ts'
import { ofOwner } from './owner.ts'
import { enrolledSecret, pendingSecret, resource } from './resource.ts'

const { factor } = resource
const collection = '/users/:userId/secrets'
const item = `${collection}/:secretId`

const collectionRoutes: readonly Route[] = [
  {
    name: 'secrets.create',
    method: 'POST',
    path: collection,
    access: 'enrolling',
    fields: { type: requiredType },
    async handle(call) {
      const { core, signedIn, enrollee, requestId } = call
      const entering = enrollee === null ? undefined : { claims: enrollee.claims }
      const asked = { user: userOf(call), fields: {}, entering, provedAt: signedIn?.provedAt, requestId }
      return { body: pendingSecret(await begin(core, factor, asked)) }
    },
  },
  {
    name: 'secrets.list',
    method: 'GET',
    path: collection,
    access: 'signed_in',
    fields: {},
    async handle(call) {
      const all = await listAuthenticators(call.core, userOf(call).id, call)
      return { body: { secrets: all.filter(({ type }) => type === factor).map(enrolledSecret) } }
    },
  },
  {
    name: 'secrets.clear',
    method: 'DELETE',
    path: collection,
    access: 'signed_in',
    fields: {},
    async handle(call) {
      const { core, signedIn, requestId } = call
      await removeAuthenticators(core, userOf(call).id, { factor, provedAt: signedIn?.provedAt, requestId })
      return emptyAnswer()
    },
  },
]

const itemRoutes: readonly Route[] = [
  {
    name: 'secrets.enroll',
    method: 'PUT',
    path: `${item}/enroll`,
    access: 'enrolling',
    activationParam: 'secretId',
    fields: { token: requiredCode, name: optionalText },
    limited: true,
    handle: enroll,
  },
  {
    name: 'secrets.show',
    method: 'GET',
    path: item,
    access: 'signed_in',
    fields: {},
    handle: async (call) => ({
      body: enrolledSecret(await showAuthenticator(call.core, userOf(call).id, meant(call))),
    }),
  },
  {
    name: 'secrets.rename',
    method: 'PATCH',
    path: item,
    access: 'signed_in',
    fields: { name: requiredText },
    async handle(call) {
      const change = { ...meant(call), name: call.body['name'] as string }
      return { body: enrolledSecret(await renameAuthenticator(call.core, userOf(call).id, change)) }
    },
  },
  {
    name: 'secrets.remove',
    method: 'DELETE',
    path: item,
    access: 'signed_in',
    fields: {},
    async handle(call) {
      await removeAuthenticator(call.core, userOf(call).id, { ...meant(call), provedAt: call.signedIn?.provedAt })
      return emptyAnswer()
    },
  },
]

/** A user's secrets as a collection of items, for that user alone. */
export const secretRoutes: readonly Route[] = [...collectionRoutes, ...itemRoutes].map(ofOwner)

async function enroll(call: RouteCall): Promise<{ body: unknown }> {
  const { core, body, params, requestId } = call
  const { proof, authenticator, recoveryCodes } = await confirm(core, factor, {
    user: userOf(call),
    activationToken: params['secretId'],
    name: body['name'] as string | undefined,
    input: { [resource.answer]: body['token'] as string },
    requestId,
  })
  return { body: { ...(await finishEnrollment(call, proof)), ...enrolledSecret(authenticator), codes: recoveryCodes } }
}

function meant({ params, requestId }: RouteCall) {
  return { id: params['secretId'] as string, factor, requestId }
}

function requiredType(value: unknown): string | null {
  if (value === undefined) return 'is required'
  return value === resource.type ? null : `must be "${resource.type}"`
}

function requiredCode(value: unknown): string | null {
  return value === undefined ? 'is required' : codeFault(value)
}
