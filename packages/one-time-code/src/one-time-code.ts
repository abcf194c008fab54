import { type Authenticator, type CheckInput, codeFault, type Factor, type Verdict } from '@latchkey/core'
import { addressesRoute } from './addresses-route.ts'
import { isCode, isSameCode } from './code.ts'
import { type Address, amrOf } from './destination.ts'
import { enrollment } from './enrollment.ts'
import { type OneTimeCodeOptions, readOptions } from './options.ts'
import { sendRoute } from './send-route.ts'
import { readState, type SentCode, withoutCode } from './state.ts'

/**
 * One-time codes by mail and SMS: a weak factor, for users who have no other.
 *
 * @throws TypeError that names a bad option and says what would be right
 * @see NIST SP 800-63B-4 section 3.1.3, which restricts codes by SMS and does not allow those by mail
 */
export function oneTimeCode(options: OneTimeCodeOptions): Factor {
  const settings = readOptions(options)
  return Object.freeze<Factor<Address>>({
    type: 'one_time_code',
    title: 'One-time code',
    path: 'one-time-code',
    amr: amrOf('mail'),
    field: 'code',
    fieldFault: codeFault,
    couldBe(answer, authenticators, asked) {
      const sent = codeFor(asked, authenticators)
      return sent !== null && isCode(answer, sent.code.length)
    },
    check,
    lasting: (state) => withoutCode(state),
    enrollment: enrollment(settings),
    routes: [sendRoute(settings), addressesRoute],
  }) as unknown as Factor
}

function check({ answer, authenticators, ...asked }: CheckInput<Address>): Verdict<Address> {
  const sent = codeFor(asked, authenticators)
  if (sent === null) return { ok: false, reason: 'outdated' }
  const { authenticatorId, code } = sent
  if (!isSameCode(answer, code)) return { ok: false, reason: 'wrong', authenticatorId }
  const channel = authenticators.find(({ id }) => id === authenticatorId)?.data.channel
  return { ok: true, authenticatorId, changed: new Map(), state: withoutCode(asked.state), amr: amrOf(channel) }
}

type Asked = Pick<CheckInput<Address>, 'state' | 'purpose' | 'tokenId' | 'nowMs'>

/** The code that is out for this purpose and token, to an address the user still has; else null, and no answer is looked at. */
function codeFor(asked: Asked, authenticators: readonly Authenticator[]): (SentCode & Answerable) | null {
  const { sent } = readState(asked.state)
  if (sent === null || sent.purpose !== asked.purpose || sent.tokenId !== asked.tokenId) return null
  const isThere = authenticators.some(({ id }) => id === sent.authenticatorId)
  return isThere && sent.expiresAt > asked.nowMs ? (sent as SentCode & Answerable) : null
}

/** A code that was sent to an authenticator. */
type Answerable = { readonly authenticatorId: string; readonly code: string }
