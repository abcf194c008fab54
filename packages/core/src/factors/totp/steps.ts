import { timingSafeEqual } from 'node:crypto'
import { HOTP, Secret } from 'otpauth'
import type { TotpParameters } from './parameters.ts'

/** How far beyond the window a wrong code is searched for, so that the event can tell a clock that is off. */
const diagnosedSteps = 10

/** RFC 6238 section 4.2: T = floor(unix seconds / period). */
export function timeStep(nowMs: number, period: number): number {
  return Math.floor(nowMs / 1000 / period)
}

/** A secret and its parameters, in the form that codes are made from. */
export type CodeSource = TotpParameters & {
  readonly secret: string
}

/** Which steps are taken: those within the window of the current one, moved by the authenticator's drift. */
export interface Around {
  readonly nowMs: number
  readonly window: number
  /** @defaultValue 0 */
  readonly drift?: number
}

/** The steps whose code this is. Every step that is taken is compared, found or not. */
export function matchingSteps(code: string, source: CodeSource, at: Around): readonly number[] {
  const { nowMs, window, drift = 0 } = at
  return stepsWithCode(code, source, { step: timeStep(nowMs, source.period), from: drift - window, to: drift + window })
}

/** How many steps beyond the window a wrong code is off, or null if it is no code of these minutes. */
export function diagnoseDrift(code: string, source: CodeSource, at: Around): number | null {
  const step = timeStep(at.nowMs, source.period)
  const [first, last] = [(at.drift ?? 0) - at.window, (at.drift ?? 0) + at.window]
  const before = stepsWithCode(code, source, { step, from: first - diagnosedSteps, to: first - 1 })
  const after = stepsWithCode(code, source, { step, from: last + 1, to: last + diagnosedSteps })
  const found = [...before.toReversed(), ...after].map((match) => match - step)
  return found.length === 0 ? null : found.reduce((near, next) => (Math.abs(next) < Math.abs(near) ? next : near))
}

/** The steps of a range whose code this is; `from` and `to` are counted from `step`. Every one is compared, found or not. */
export function stepsWithCode(
  code: string,
  source: CodeSource,
  range: { step: number; from: number; to: number },
): readonly number[] {
  const secret = Secret.fromBase32(source.secret)
  const wanted = Buffer.from(code)
  const found: number[] = []
  for (let offset = range.from; offset <= range.to; offset += 1) {
    const counter = range.step + offset
    if (counter < 0) continue
    const made = HOTP.generate({ secret, algorithm: source.algorithm, digits: source.digits, counter })
    if (timingSafeEqual(Buffer.from(made), wanted)) found.push(counter)
  }
  return found
}
