import type { Enrollment, Factor } from '../factors/factor.ts'
import { optionalText, optionalTextOf, pick, requiredText, textOf } from '../fields.ts'
import { regenerateCodes, showCodes } from '../operations/account/backup-codes.ts'
import { deactivate } from '../operations/account/deactivate.ts'
import { begin } from '../operations/enrollment/begin.ts'
import { confirm } from '../operations/enrollment/confirm.ts'
import { isStandalone, signInAlone } from '../operations/login/sign-in.ts'
import { toWire, toWireObject } from '../wire.ts'
import { finishEnrollment } from './finish-enrollment.ts'
import { ownRoute } from './own-route.ts'
import { type ProofFields, provedAtOf, type Route, type RouteCall, userOf } from './route.ts'
import { begunSchema, codesSchema, confirmedSchema, detailSchema, hostAnswer, unusedCodesSchema } from './schemas.ts'

/** The routes every factor has by what it can do, and its further ones. */
export function factorRoutes(factor: Factor, fields: ProofFields['fields']): readonly Route[] {
  return [
    ...(factor.enrollment === undefined ? [] : enrollmentRoutes(factor, factor.enrollment, fields)),
    ...(factor.backup === undefined ? [] : backupRoutes(factor)),
    ...(isStandalone(factor) ? [signInRoute(factor)] : []),
    ...(factor.routes ?? []).map((route) => ownRoute(factor, route)),
  ]
}

function enrollmentRoutes(factor: Factor, enrollment: Enrollment, fields: ProofFields['fields']): readonly Route[] {
  const { type, title } = factor
  const { fields: taken = {}, paths = { begin: 'activate', confirm: 'activate' }, shown } = enrollment
  const isPost = enrollment.fields !== undefined
  return [
    {
      name: `${type}.begin`,
      method: isPost ? 'POST' : 'GET',
      path: `/mfa/${factor.path}/${paths.begin}`,
      access: 'enrolling',
      fields: taken,
      answer: begunSchema(shown),
      ...(isPost ? { limited: true as const } : {}),
      async handle(call) {
        const { core, body } = call
        const fields = pick(body, Object.keys(taken))
        return { body: toWire(await begin(core, type, { ...beginningOf(call), fields })) }
      },
    },
    {
      name: `${type}.confirm`,
      method: 'POST',
      path: `/mfa/${factor.path}/${paths.confirm}`,
      access: 'enrolling',
      fields: { activation_token: requiredText, name: optionalText },
      answer: confirmedSchema,
      proof: { fields: [factor.field.name], required: true },
      handle: (call) => confirmFactor(type, call),
    },
    {
      name: `${type}.deactivate`,
      method: 'POST',
      path: `/mfa/${factor.path}/deactivate`,
      access: 'signed_in',
      fields: {},
      answer: detailSchema,
      proof: { fields, required: true },
      password: 'beside',
      async handle(call) {
        const { core, host, input, body, requestId } = call
        const user = userOf(call)
        const passwordCorrect = await host.confirmPassword?.(user, textOf(body, 'password'))
        await deactivate(core, type, user, { input, passwordCorrect, requestId })
        return { body: { detail: `${title} has been deactivated.` } }
      },
    },
  ]
}

/** The user who begins, and what the enrollment rests on. */
export function beginningOf(call: RouteCall) {
  const { caller, requestId } = call
  const enrollee = caller.kind === 'enrollee' ? ({ kind: 'token', claims: caller.claims } as const) : undefined
  return { user: userOf(call), enrollee, provedAt: provedAtOf(call), requestId }
}

async function confirmFactor(type: string, call: RouteCall): Promise<{ body: unknown }> {
  const { core, body, input, requestId } = call
  const { proof, ...answer } = await confirm(core, type, {
    user: userOf(call),
    activationToken: textOf(body, 'activation_token'),
    name: optionalTextOf(body, 'name'),
    input,
    requestId,
  })
  return { body: { ...(await finishEnrollment(call, proof)), ...toWireObject(answer) } }
}

function backupRoutes(factor: Factor): readonly Route[] {
  const { type } = factor
  const path = `/mfa/${factor.path}`
  const fresh = (call: RouteCall) => ({
    userId: userOf(call).id,
    provedAt: provedAtOf(call),
    requestId: call.requestId,
  })
  return [
    {
      name: `${type}.show`,
      method: 'GET',
      path,
      access: 'signed_in',
      fields: {},
      answer: unusedCodesSchema,
      handle: async (call) => ({ body: toWire(await showCodes(call.core, type, fresh(call))) }),
    },
    {
      name: `${type}.regenerate`,
      method: 'POST',
      path: `${path}/regenerate`,
      access: 'signed_in',
      fields: {},
      answer: codesSchema,
      handle: async (call) => ({ body: { codes: await regenerateCodes(call.core, type, fresh(call)) } }),
    },
  ]
}

function signInRoute({ type, path, field }: Factor): Route {
  return {
    name: `${type}.login`,
    method: 'POST',
    path: `/mfa/${path}/login`,
    access: 'anyone',
    fields: {},
    answer: hostAnswer,
    proof: { fields: [field.name], required: true },
    async handle({ core, host, input, requestId }) {
      const { user, proof } = await signInAlone(core, type, { input, requestId })
      return { body: await host.signIn(user, proof) }
    },
  }
}
