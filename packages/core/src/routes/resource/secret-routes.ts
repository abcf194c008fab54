import { type Field, optionalText, optionalTextOf, requiredCode, requiredText, textOf } from '../../fields.ts'
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
import { beginningOf } from '../factor-routes.ts'
import { finishEnrollment } from '../finish-enrollment.ts'
import { paramOf, provedAtOf, type Route, type RouteCall, userOf } from '../route.ts'
import { objectSchema } from '../schemas.ts'
import { ofOwner } from './owner.ts'
import { enrolledSecret, pendingSecret, pendingSecretSchema, resource, secretSchema } from './resource.ts'

const { factor } = resource
const collection = '/users/:userId/secrets'
const item = `${collection}/:secretId`

const requiredType: Field = {
  schema: { const: resource.type },
  check(value) {
    if (value === undefined) return 'is required'
    return value === resource.type ? null : `must be "${resource.type}"`
  },
}

const codes = { codes: { type: 'array', items: { type: 'string' } } }
const enrolledSchema = { allOf: [secretSchema, objectSchema(codes)] }

const collectionRoutes: readonly Route[] = [
  {
    name: 'secrets.create',
    method: 'POST',
    path: collection,
    access: 'enrolling',
    fields: { type: requiredType },
    answer: pendingSecretSchema,
    handle: async (call) => ({
      body: pendingSecret(await begin(call.core, factor, { ...beginningOf(call), fields: {} })),
    }),
  },
  {
    name: 'secrets.list',
    method: 'GET',
    path: collection,
    access: 'signed_in',
    fields: {},
    answer: objectSchema({ secrets: { type: 'array', items: secretSchema } }),
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
    answer: null,
    async handle(call) {
      const { core, requestId } = call
      await removeAuthenticators(core, userOf(call).id, { factor, provedAt: provedAtOf(call), requestId })
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
    answer: enrolledSchema,
    limited: true,
    handle: enroll,
  },
  {
    name: 'secrets.show',
    method: 'GET',
    path: item,
    access: 'signed_in',
    fields: {},
    answer: secretSchema,
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
    answer: secretSchema,
    async handle(call) {
      const change = { ...meant(call), name: textOf(call.body, 'name') }
      return { body: enrolledSecret(await renameAuthenticator(call.core, userOf(call).id, change)) }
    },
  },
  {
    name: 'secrets.remove',
    method: 'DELETE',
    path: item,
    access: 'signed_in',
    fields: {},
    answer: null,
    async handle(call) {
      await removeAuthenticator(call.core, userOf(call).id, { ...meant(call), provedAt: provedAtOf(call) })
      return emptyAnswer()
    },
  },
]

/** A user's secrets as a collection of items, for that user alone. */
export const secretRoutes: readonly Route[] = [...collectionRoutes, ...itemRoutes].map(ofOwner)

async function enroll(call: RouteCall): Promise<{ body: unknown }> {
  const { core, body, requestId } = call
  const { proof, authenticator, recoveryCodes } = await confirm(core, factor, {
    user: userOf(call),
    activationToken: paramOf(call, 'secretId'),
    name: optionalTextOf(body, 'name'),
    input: { [resource.answer]: textOf(body, 'token') },
    requestId,
  })
  return { body: { ...(await finishEnrollment(call, proof)), ...enrolledSecret(authenticator), codes: recoveryCodes } }
}

function meant(call: RouteCall) {
  return { id: paramOf(call, 'secretId'), factor, requestId: call.requestId }
}
