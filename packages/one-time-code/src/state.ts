import type { JsonObject, Purpose } from '@latchkey/core'
import type { SendLimits } from './options.ts'

/** The one code that is out. Times are milliseconds since 1970. */
export type SentCode = {
  /** Random. Tells this code from any other, since two may have the same digits. */
  readonly serial: string
  readonly purpose: Purpose
  /** The ephemeral token it belongs to. Null if there is none. */
  readonly tokenId: string | null
  /** Where it was sent. Null for an enrollment, which has no authenticator yet. */
  readonly authenticatorId: string | null
  /** Null for an enrollment, whose code is in the activation token. */
  readonly code: string | null
  readonly expiresAt: number
}

/** What the factor keeps about a user, apart from the addresses. */
export type State = {
  /** When codes were sent in the last 24 hours, the oldest first. */
  readonly sends: readonly number[]
  readonly pausedUntil: number
  /** Null if none was sent, or it was used. */
  readonly sent: SentCode | null
}

/** How often and how soon a user may be sent codes. */
export interface Pace {
  readonly limits: SendLimits
  readonly pauseSeconds: number
}

const tenMinutesMs = 600_000
const dayMs = 86_400_000

export function readState(state: JsonObject): State {
  return { sends: [], pausedUntil: 0, sent: null, ...(state as Partial<State>) }
}

/** Returns the milliseconds until another code may be sent, 0 for now. After a clock was set back, nobody is told more than the longest wait. */
export function waitMs({ sends, pausedUntil }: State, { limits, pauseSeconds }: Pace, nowMs: number): number {
  const until = (most: number, windowMs: number): number => {
    const first = sends.filter((at) => at > nowMs - windowMs).at(-most)
    return first === undefined ? 0 : Math.min(first + windowMs - nowMs, windowMs)
  }
  const pauseMs = Math.min(pausedUntil - nowMs, pauseSeconds * 1000)
  return Math.max(0, pauseMs, until(limits.tenMinutes, tenMinutesMs), until(limits.day, dayMs))
}

/** Returns the state with a new code, which replaces the one before, and with its place in the limits. */
export function withSent({ sends }: State, sent: SentCode, at: { pauseSeconds: number; nowMs: number }): State {
  const { pauseSeconds, nowMs } = at
  const recent = [...sends.filter((time) => time > nowMs - dayMs), nowMs].sort((one, other) => one - other)
  return { sends: recent, pausedUntil: nowMs + pauseSeconds * 1000, sent }
}

/**
 * Returns the state after a code was not sent. Its place in the limits is given back and, if no newer code is out, the code is
 * removed. The pause goes on if the delivery hung, since that message may still arrive.
 */
export function withoutSent(state: State, gone: { serial: string; sentAt: number; hung: boolean }): State {
  const place = state.sends.indexOf(gone.sentAt)
  const sends = state.sends.filter((_, index) => index !== place)
  if (state.sent?.serial !== gone.serial) return { ...state, sends }
  return { sends, pausedUntil: gone.hung ? state.pausedUntil : 0, sent: null }
}

/** Returns the state once a code was used. */
export function withoutCode(state: JsonObject): State {
  return { ...readState(state), sent: null }
}
