import type { Enrollment } from '@latchkey/core'
import { isCode, isSameCode } from './code.ts'
import { badDestination } from './delivery.ts'
import { type Address, amrOf, type Channel, mask, readAddress } from './destination.ts'
import type { Settings } from './options.ts'
import { sendCode } from './send-code.ts'
import { readState, withoutCode } from './state.ts'

/** What the activation token keeps of an enrollment. */
type Pending = Address & { readonly code: string; readonly serial: string }

/** An address is proven by the code that was sent there. */
export function enrollment(settings: Settings): Enrollment<Address> {
  return {
    limit: settings.authenticators,
    name: 'Address',
    fields: { to: toFault, channel: channelFault },
    paths: { begin: 'enroll', confirm: 'confirm' },
    async begin({ fields, ...call }) {
      const address = readAddress(fields['to'] as string, fields['channel'] as Channel | undefined)
      if (address === null || !settings.channels.includes(address.channel)) throw badDestination(settings)
      const { user, issuer, randomBytes } = call
      const target = { ...address, authenticatorId: null }
      const { code, serial, resendAfterSeconds } = await sendCode(settings, {
        ...{ user, issuer, randomBytes, purpose: 'enroll', tokenId: null },
        target: () => target,
        change: (change) => call.change(change),
      })
      const pending: Pending = { ...address, code, serial }
      const { channel } = address
      const { codeSeconds: codeExpiresIn } = settings
      return { pending, answer: { sentTo: mask(address), channel, codeExpiresIn, resendAfter: resendAfterSeconds } }
    },
    couldBe: (answer, pending) => isCode(answer, (pending as Pending).code.length),
    confirm({ answer, pending, state, nowMs }) {
      const { channel, to, code, serial } = pending as Pending
      const { sent } = readState(state)
      if (!isSameCode(answer, code)) return { ok: false, reason: 'wrong' }
      if (sent?.serial !== serial || sent.expiresAt <= nowMs) return { ok: false, reason: 'outdated' }
      const address: Address = { channel, to }
      return { ok: true, data: address, name: mask(address), state: withoutCode(state), amr: amrOf(channel) }
    },
  }
}

function toFault(value: unknown): string | null {
  if (value === undefined) return 'is required'
  return typeof value === 'string' ? null : 'must be a string'
}

function channelFault(value: unknown): string | null {
  return value === undefined || value === 'mail' || value === 'sms' ? null : "must be 'mail' or 'sms'"
}
