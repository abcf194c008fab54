import type { Enrollment, Factor } from '../factors/factor.ts'
import { regenerateCodes, showCodes } from '../operations/account/backup-codes.ts'
import { deactivate } from '../operations/account/deactivate.ts'
import { begin } from '../operations/enrollment/begin.ts'
import { confirm } from '../operations/enrollment/confirm.ts'
import type { JsonObject } from '../ports.ts'
import { toWire } from './answer.ts'
import { finishEnrollment } from './finish-enrollment.ts'
import { ownRoute } from './own-route.ts'
import { optionalText, type ProofFields, pick, type Route, type RouteCall, requiredText, userOf } from './route.ts'

/** The routes every factor has by what it can do, and those of its own. */
export function factorRoutes(factor: Factor, fields: ProofFields['fields']): readonly Route[] {
  return [
    ...(factor.enrollment === undefined ? [] : enrollmentRoutes(factor, factor.enrollment, fields)),
    ...(factor.backup === undefined ? [] : backupRoutes(factor)),
    ...(factor.routes ?? []).map((route) => ownRoute(factor, route)),
  ]
}

function enrollmentRoutes(
  factor: Factor,
  enrollment: Enrollment<JsonObject>,
  fields: ProofFields['fields'],
): readonly Route[] {
  const { type, title } = factor
  const { fields: taken = {}, paths = { begin: 'activate', confirm: 'activate' } } = enrollment
  const isPost = enrollment.fields !== undefined
  return [
    {
      name: `${type}.begin`,
      method: isPost ? 'POST' : 'GET',
      path: `/mfa/${factor.path}/${paths.begin}`,
      access: 'enrolling',
      fields: taken,
      ...(isPost ? { limited: true as const } : {}),
      async handle(call) {
        const { core, signedIn, body, requestId } = call
        const fields = pick(body, Object.keys(taken))
        const entering = call.enrollee === null ? undefined : { claims: call.enrollee.claims }
        const asked = { user: userOf(call), fields, entering, provedAt: signedIn?.provedAt, requestId }
        return { body: toWire(await begin(core, type, asked)) }
      },
    },
    {
      name: `${type}.confirm`,
      method: 'POST',
      path: `/mfa/${factor.path}/${paths.confirm}`,
      access: 'enrolling',
      fields: { activation_token: requiredText, name: optionalText },
      proof: { fields: [factor.field], required: true },
      handle: (call) => confirmFactor(type, call),
    },
    {
      name: `${type}.deactivate`,
      method: 'POST',
      path: `/mfa/${factor.path}/deactivate`,
      access: 'signed_in',
      fields: {},
      proof: { fields, required: true },
      password: true,
      async handle(call) {
        const { core, host, input, body, requestId } = call
        const passwordCorrect = await host.confirmPassword?.(userOf(call), body['password'] as string)
        await deactivate(core, type, userOf(call), { input, passwordCorrect, requestId })
        return { body: { detail: `${title} has been deactivated.` } }
      },
    },
  ]
}

async function confirmFactor(type: string, call: RouteCall): Promise<{ body: unknown }> {
  const { core, body, input, requestId } = call
  const { proof, ...answer } = await confirm(core, type, {
    user: userOf(call),
    activationToken: body['activation_token'],
    name: body['name'] as string | undefined,
    input,
    requestId,
  })
  return { body: { ...(await finishEnrollment(call, proof)), ...(toWire(answer) as object) } }
}

function backupRoutes(factor: Factor): readonly Route[] {
  const { type } = factor
  const path = `/mfa/${factor.path}`
  const fresh = ({ signedIn, requestId }: RouteCall, userId: string) => ({
    userId,
    provedAt: signedIn?.provedAt,
    requestId,
  })
  return [
    {
      name: `${type}.show`,
      method: 'GET',
      path,
      access: 'signed_in',
      fields: {},
      handle: async (call) => ({ body: toWire(await showCodes(call.core, type, fresh(call, userOf(call).id))) }),
    },
    {
      name: `${type}.regenerate`,
      method: 'POST',
      path: `${path}/regenerate`,
      access: 'signed_in',
      fields: {},
      handle: async (call) => ({
        body: { codes: await regenerateCodes(call.core, type, fresh(call, userOf(call).id)) },
      }),
    },
  ]
}
