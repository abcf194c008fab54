import {
  type FactorCall,
  type FactorRoute,
  type Field,
  fieldError,
  MfaError,
  optionalText,
  optionalTextOf,
  type User,
} from '@latchkey/core'
import { type Address, mask } from './destination.ts'
import type { Settings } from './options.ts'
import { type Order, sendCode } from './send-code.ts'

/** The route that sends a code to a user during login, or to a user who is signed in. */
export function sendRoute(settings: Settings): FactorRoute {
  return {
    name: 'one_time_code.send',
    method: 'POST',
    path: '/mfa/one-time-code/send',
    access: 'anyone',
    limited: true,
    fields: { ephemeral_token: optionalText, authenticator_id: optionalText, purpose },
    answer: {
      type: 'object',
      required: ['sent_to', 'channel', 'expires_in', 'resend_after'],
      properties: {
        sent_to: { type: 'string' },
        channel: { enum: ['mail', 'sms'] },
        expires_in: { type: 'integer' },
        resend_after: { type: 'integer' },
      },
    },
    async handle(call) {
      const { issuer, randomBytes, body } = call
      const { user, ...bound } = await whoAsks(call)
      const { address, resendAfterSeconds } = await sendCode(settings, {
        user,
        issuer,
        randomBytes,
        ...bound,
        target: targetOf(optionalTextOf(body, 'authenticator_id')),
        change: (change) => call.change(user.id, change),
      })
      const { codeSeconds: expires_in } = settings
      return { sent_to: mask(address), channel: address.channel, expires_in, resend_after: resendAfterSeconds }
    },
  }
}

/** Tells whose code it will be, and what for. */
async function whoAsks({ body, ...call }: FactorCall): Promise<Pick<Order, 'purpose' | 'tokenId'> & { user: User }> {
  const [token, purpose] = [optionalTextOf(body, 'ephemeral_token'), optionalTextOf(body, 'purpose')]
  if (token === undefined) {
    const signedIn = await call.currentUser()
    if (signedIn === null) throw new MfaError('unauthenticated')
    return { user: signedIn.user, purpose: purpose === 'deactivate' ? 'deactivate' : 'step_up', tokenId: null }
  }
  if (purpose !== undefined) throw fieldError('purpose', 'goes without an ephemeral_token: that is for a login')
  const { user, tokenId } = await call.openChallenge(token)
  return { user, tokenId, purpose: 'login' }
}

/** Returns the authenticator with that id. Without an id, the first that was enrolled. */
function targetOf(authenticatorId: string | undefined): Order['target'] {
  return (authenticators) => {
    if (authenticators.length === 0) return new MfaError('not_enabled')
    const found = authenticators.find(({ id }) => authenticatorId === undefined || id === authenticatorId)
    if (found === undefined) return new MfaError('not_found')
    return { ...(found.data as Address), authenticatorId: found.id }
  }
}

const purpose: Field = {
  schema: { enum: ['step_up', 'deactivate'], description: 'For a user who is signed in. Otherwise a step-up.' },
  check(value) {
    const isPurpose = value === undefined || value === 'step_up' || value === 'deactivate'
    return isPurpose ? null : "must be 'step_up' or 'deactivate'"
  },
}
