import { Secret } from 'otpauth'
import { requiredCode, requiredText, textOf } from '../../fields.ts'
import type { Authenticator } from '../../record/record.ts'
import { parseDigits } from '../codes.ts'
import { type CheckInput, defineFactor, type Enrollment, type Factor, type Verdict } from '../factor.ts'
import { isWeakSecret } from './base32.ts'
import { diagnose } from './diagnose.ts'
import { learnedDrift, withOffset } from './drift.ts'
import { importTotp } from './import.ts'
import type { TotpData, TotpParameters, TotpSettings } from './parameters.ts'
import { qrPng, qrSvgDataUri, totpUrl } from './provisioning.ts'
import { type Around, diagnoseDrift, matchingSteps, timeStep } from './steps.ts'

/** Time-based one-time passwords (RFC 6238), from an authenticator app. */
export function totp(settings: TotpSettings): Factor {
  return defineFactor<TotpData, string, Pending>({
    type: 'totp',
    title: 'TOTP',
    path: 'totp',
    amr: ['otp'],
    strength: 'possession',
    role: 'primary',
    field: { name: 'code', ...requiredCode },
    parse: (answer, { authenticators }) => parseCode(answer, authenticators),
    check: (input) => checkCode(input, settings.window),
    warnings: (data) => (isWeakSecret(data.secret) ? ['weakSecret'] : []),
    enrollment: enrollment(settings),
    routes: [
      ...(settings.diagnose ? [diagnose] : []),
      {
        name: 'totp.qr',
        method: 'POST',
        path: '/mfa/totp/qr',
        access: 'enrolling',
        fields: { activation_token: requiredText },
        answer: { type: 'string', contentMediaType: 'image/png' },
        async handle(call) {
          const { url } = (await call.openEnrollment(textOf(call.body, 'activation_token'))) as Pending
          return { status: 200, headers: { 'Content-Type': 'image/png' }, body: qrPng(url) }
        },
      },
    ],
  })
}

/** What the activation token keeps of an enrollment. */
type Pending = TotpParameters & {
  readonly secret: string
  readonly url: string
}

function enrollment(settings: TotpSettings): Enrollment<TotpData, string, Pending> {
  const { algorithm, digits, period, window } = settings
  return {
    limit: settings.authenticators,
    name: 'Authenticator',
    shown: {
      secret: { type: 'string', description: 'Base32, for typing in.' },
      totp_url: { type: 'string', format: 'uri' },
      qr_code_data_uri: { type: 'string', format: 'uri', description: 'The QR code as SVG.' },
    },
    begin({ user, issuer, randomBytes }) {
      const secret = new Secret({ buffer: Uint8Array.from(randomBytes(settings.secretBytes)).buffer }).base32
      const url = totpUrl({ secret, algorithm, digits, period }, { issuer, label: user.name })
      return {
        pending: { secret, algorithm, digits, period, url },
        answer: { secret, totpUrl: url, qrCodeDataUri: qrSvgDataUri(url) },
      }
    },
    parse: (answer, pending) => parseDigits(answer, pending.digits),
    import(from) {
      const data = importTotp(from)
      return { data, isSame: ({ secret }) => secret === data.secret }
    },
    confirm({ answer: code, pending, nowMs }) {
      const { url: _, ...source } = pending
      const step = matchingSteps(code, source, { nowMs, window }).at(-1)
      if (step !== undefined) return { ok: true, data: { ...source, lastStep: step } }
      const driftSteps = diagnoseDrift(code, source, { nowMs, window })
      return driftSteps === null ? { ok: false, reason: 'wrong' } : { ok: false, reason: 'drifted', driftSteps }
    },
  }
}

/** The digits of an answer that is as long as the codes of one of these. */
function parseCode(answer: unknown, authenticators: readonly Authenticator<TotpData>[]): string | null {
  for (const digits of new Set(authenticators.map(({ data }) => data.digits))) {
    const code = parseDigits(answer, digits)
    if (code !== null) return code
  }
  return null
}

function checkCode(input: CheckInput<TotpData, string>, window: number): Verdict<TotpData> {
  const { answer: code } = input
  const asked = input.authenticators.filter(({ data }) => data.digits === code.length)
  const matches = asked.map((authenticator): Looked => {
    const { data } = authenticator
    const at = { nowMs: input.nowMs, window, drift: learnedDrift(data, window) }
    return { authenticator, at, steps: matchingSteps(code, data, at) }
  })
  const accepted = matches.flatMap(({ authenticator, steps }) => {
    const { lastStep, burned = [] } = authenticator.data
    const step = steps.findLast((candidate) => candidate > lastStep && !burned.includes(candidate))
    return step === undefined ? [] : [{ authenticator, step }]
  })
  const [first] = accepted
  if (first === undefined) return refusal(code, matches)
  // Two entries may share a secret: every one the code fits moves on, so that it is spent for all.
  const driftOf = ({ authenticator, step }: (typeof accepted)[number]) =>
    step - timeStep(input.nowMs, authenticator.data.period)
  const changed = new Map(
    accepted.map((found) => {
      const { id, data } = found.authenticator
      return [id, { ...data, lastStep: found.step, offsets: withOffset(data, driftOf(found)) }]
    }),
  )
  const driftSteps = driftOf(first)
  return { ok: true, authenticatorId: first.authenticator.id, changed, driftSteps }
}

interface Looked {
  readonly authenticator: Authenticator<TotpData>
  readonly at: Around
  readonly steps: readonly number[]
}

/** The true reason of a refusal (RFC 6238 section 5.2: a second try with an accepted code must fail). */
function refusal(code: string, matches: readonly Looked[]): Verdict<TotpData> {
  // Looked for whatever the reason, so that the time taken does not tell a used code from a wrong one.
  const drifts = matches.flatMap(({ authenticator, at }) => {
    const driftSteps = diagnoseDrift(code, authenticator.data, at)
    return driftSteps === null ? [] : [{ authenticatorId: authenticator.id, driftSteps }]
  })
  const replayed = matches.find(({ steps }) => steps.length > 0)
  if (replayed !== undefined) return { ok: false, reason: 'replayed', authenticatorId: replayed.authenticator.id }
  const [drifted] = drifts
  return drifted === undefined ? { ok: false, reason: 'wrong' } : { ok: false, reason: 'drifted', ...drifted }
}
