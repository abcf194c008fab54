import {
  type Body,
  type Enrollment,
  type Field,
  optionalTextOf,
  parseDigits,
  requiredText,
  textOf,
} from '@latchkey/core'
import { isSameCode } from './code.ts'
import { badDestination } from './delivery.ts'
import { type Address, amrOf, type Channel, mask, readAddress } from './destination.ts'
import type { Settings } from './options.ts'
import { sendCode } from './send-code.ts'
import { readState, withoutCode } from './state.ts'

/** What the activation token keeps of an enrollment. */
export type Pending = Address & { readonly code: string; readonly serial: string }

/** Enrolls an address, which is proven by the code that was sent there. */
export function enrollment(settings: Settings): Enrollment<Address, string, Pending> {
  return {
    limit: settings.authenticators,
    name: 'Address',
    fields: { to: requiredText, channel },
    shown: {
      sent_to: { type: 'string', description: 'The address, most of it hidden.' },
      channel: channel.schema,
      code_expires_in: { type: 'integer' },
      resend_after: { type: 'integer' },
    },
    paths: { begin: 'enroll', confirm: 'confirm' },
    async begin({ fields, ...call }) {
      const address = readAddress(textOf(fields, 'to'), channelOf(fields))
      if (address === null || !settings.channels.includes(address.channel)) throw badDestination(settings)
      const { user, issuer, randomBytes } = call
      const target = { ...address, authenticatorId: null }
      const { code, serial, resendAfterSeconds } = await sendCode(settings, {
        user,
        issuer,
        randomBytes,
        purpose: 'enroll',
        tokenId: null,
        target: () => target,
        change: (change) => call.change(change),
      })
      return {
        pending: { ...address, code, serial },
        answer: {
          sentTo: mask(address),
          channel: address.channel,
          codeExpiresIn: settings.codeSeconds,
          resendAfter: resendAfterSeconds,
        },
      }
    },
    parse: (answer, { code }) => parseDigits(answer, code.length),
    confirm({ answer, pending, state, nowMs }) {
      const { channel, to, code, serial } = pending
      const { sent } = readState(state)
      if (!isSameCode(answer, code)) return { ok: false, reason: 'wrong' }
      if (sent?.serial !== serial || sent.expiresAt <= nowMs) return { ok: false, reason: 'outdated' }
      const address: Address = { channel, to }
      return { ok: true, data: address, name: mask(address), state: withoutCode(state), amr: amrOf(channel) }
    },
  }
}

const channel: Field = {
  schema: { enum: ['mail', 'sms'] },
  check: (value) => (value === undefined || value === 'mail' || value === 'sms' ? null : "must be 'mail' or 'sms'"),
}

function channelOf(fields: Body): Channel | undefined {
  const given = optionalTextOf(fields, 'channel')
  return given === 'mail' || given === 'sms' ? given : undefined
}
