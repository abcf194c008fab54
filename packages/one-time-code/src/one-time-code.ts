import {
  type Authenticator,
  type CheckInput,
  defineFactor,
  type Factor,
  type ParseInput,
  parseDigits,
  requiredCode,
  type Verdict,
} from '@latchkey/core'
import { addressesRoute } from './addresses-route.ts'
import { isSameCode } from './code.ts'
import { type Address, amrOf } from './destination.ts'
import { enrollment, type Pending } from './enrollment.ts'
import { type OneTimeCodeOptions, readSettings } from './options.ts'
import { sendRoute } from './send-route.ts'
import { readState, type SentCode, withoutCode } from './state.ts'

/**
 * Makes the factor of one-time codes by mail and SMS. They are worth less than an authenticator app, and are for users who have
 * no other factor.
 *
 * @throws TypeError that names a bad option and says what would be right
 * @see NIST SP 800-63B-4 section 3.1.3, which restricts codes by SMS and does not allow codes by mail
 */
export function oneTimeCode(options: OneTimeCodeOptions): Factor {
  const settings = readSettings(options)
  return defineFactor<Address, Given, Pending, string>({
    type: 'one_time_code',
    title: 'One-time code',
    path: 'one-time-code',
    amr: amrOf('mail'),
    strength: 'channel',
    role: 'primary',
    field: { name: 'code', ...requiredCode },
    parse(answer, input) {
      const sent = sentCode(input)
      const code = sent && parseDigits(answer, sent.code.length)
      return sent === null || code === null ? null : { sent, code }
    },
    check,
    lasting: (state) => withoutCode(state),
    enrollment: enrollment(settings),
    routes: [sendRoute(settings), addressesRoute],
  })
}

/** What could be right: the digits of the answer, and the code that is out. */
interface Given {
  readonly sent: SentCode & Answerable
  readonly code: string
}

function check({ answer, authenticators, state }: CheckInput<Address, Given>): Verdict<Address> {
  const { authenticatorId, code } = answer.sent
  if (!isSameCode(answer.code, code)) return { ok: false, reason: 'wrong', authenticatorId }
  const channel = authenticators.find(({ id }) => id === authenticatorId)?.data.channel
  return { ok: true, authenticatorId, state: withoutCode(state), amr: amrOf(channel) }
}

/** A code that was sent to an authenticator. */
interface Answerable {
  readonly authenticatorId: string
  readonly code: string
}

/** Returns the code that is out for this purpose and token, to an address the user still has. Otherwise null: then no answer is checked. */
function sentCode(asked: ParseInput<Address>): (SentCode & Answerable) | null {
  const { sent } = readState(asked.state)
  if (sent === null || sent.purpose !== asked.purpose || sent.tokenId !== asked.tokenId) return null
  return isAnswerable(sent, asked.authenticators) && sent.expiresAt > asked.nowMs ? sent : null
}

function isAnswerable(
  sent: SentCode,
  authenticators: readonly Authenticator<Address>[],
): sent is SentCode & Answerable {
  return sent.code !== null && authenticators.some(({ id }) => id === sent.authenticatorId)
}
