import {
  type Authenticator,
  isMfaError,
  MfaError,
  type Purpose,
  type RandomBytes,
  type StateChange,
  type User,
} from '@latchkey/core'
import { randomCode } from './code.ts'
import { deliver } from './delivery.ts'
import type { Address } from './destination.ts'
import { textOf } from './message.ts'
import type { Settings } from './options.ts'
import { readState, type SentCode, waitMs, withoutSent, withSent } from './state.ts'

/** Where a code goes: an authenticator, or an address that is being enrolled. */
export type Target = Address & { readonly authenticatorId: string | null }

/** A request for a code. */
export interface Order {
  readonly user: User
  readonly issuer: string
  readonly randomBytes: RandomBytes
  readonly purpose: Purpose
  readonly tokenId: string | null
  /** Returns where to send it, by the user's current authenticators, or why not. Pure. */
  readonly target: (authenticators: readonly Authenticator[]) => Target | MfaError
  change<T>(change: StateChange<T>): Promise<T>
}

/** What was sent. */
export interface Sent {
  readonly address: Address
  readonly serial: string
  readonly code: string
  /** Whole seconds until another code may be sent. */
  readonly resendAfterSeconds: number
}

type Reserved = { readonly target: Target; readonly sentAt: number; readonly waitMs: number }

/**
 * Reserves a code and its place in the limits, then delivers it, once. Takes both back if it was not delivered.
 *
 * @throws MfaError `too_many_messages`, `delivery_failed`, `invalid_request` on `to`, or the target's
 */
export async function sendCode(settings: Settings, order: Order): Promise<Sent> {
  const { user, issuer, randomBytes } = order
  const code = randomCode(settings.digits, randomBytes)
  const serial = Buffer.from(randomBytes(12)).toString('base64url')
  const reserved = await order.change(reservation(settings, order, { code, serial }))
  const { target, sentAt } = reserved
  const { channel, to } = target
  const { host, codeSeconds } = settings
  const text = textOf({ code, issuer, host, codeSeconds })
  const expiresAt = new Date(sentAt + codeSeconds * 1000)
  const undelivered = await deliver(settings, { channel, to, code, text, user, expiresAt })
  if (undelivered !== null) {
    const { error, hung } = undelivered
    await order.change((state) => ({ state: withoutSent(readState(state), { serial, sentAt, hung }), error }))
  }
  return { address: { channel, to }, serial, code, resendAfterSeconds: Math.ceil(reserved.waitMs / 1000) }
}

/** Reserves for one order. Of several at the same instant, in any process, one finds the pause over. The others come too soon. */
function reservation(
  settings: Settings,
  { purpose, tokenId, target: targetOf }: Order,
  { code, serial }: { code: string; serial: string },
): StateChange<Reserved> {
  return (before, nowMs, authenticators) => {
    const target = targetOf(authenticators)
    if (isMfaError(target)) return { state: before, error: target }
    const state = readState(before)
    const soonMs = waitMs(state, settings, nowMs)
    if (soonMs > 0) return { state: before, error: tooManyMessages(soonMs) }
    const sent: SentCode = {
      serial,
      purpose,
      tokenId,
      authenticatorId: target.authenticatorId,
      code: purpose === 'enroll' ? null : code,
      expiresAt: nowMs + settings.codeSeconds * 1000,
    }
    const next = withSent(state, sent, { pauseSeconds: settings.pauseSeconds, nowMs })
    return { state: next, result: { target, sentAt: nowMs, waitMs: waitMs(next, settings, nowMs) } }
  }
}

function tooManyMessages(soonMs: number): MfaError {
  return new MfaError('too_many_messages', { retryAfterSeconds: Math.ceil(soonMs / 1000) })
}
