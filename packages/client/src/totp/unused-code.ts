import { ClientError } from '../errors.ts'
import type { ServerClock } from '../http/server-clock.ts'
import type { TotpOptions } from '../options.ts'
import type { Notice } from '../ports.ts'
import { codeOfStep } from './code.ts'
import { memorySteps } from './memory-steps.ts'
import { readTotp, type TotpParameters } from './secret.ts'

/** A code of the current step, which nobody has used yet. */
export interface UnusedCode {
  readonly code: string
  readonly step: number
  /** Gives the step back if the code was not sent. */
  readonly release: () => Promise<void>
}

export interface UnusedCodeParts {
  readonly clock: Pick<ServerClock, 'now'>
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  readonly notify: (notice: Notice) => void
}

/** A code that is sent in its last second may arrive after it. */
const lastMs = 1000
const mostWaitMs = 3_600_000

/**
 * Make a code that nobody has sent yet and that does not end at once, by the server's clock. Wait until there is one, and
 * say so.
 *
 * @throws ClientError `invalid_secret`, `clock_skew`; the signal's reason
 */
export async function unusedCode(
  totp: TotpOptions,
  { clock, sleep, notify }: UnusedCodeParts,
  signal?: AbortSignal,
): Promise<UnusedCode> {
  const parameters = await readTotp(totp)
  const { steps = memorySteps } = totp
  const key = await digestOf(parameters)
  const periodMs = parameters.period * 1000
  for (;;) {
    signal?.throwIfAborted()
    const earliest = earliestAt(clock.now(), periodMs)
    const step = await steps.take(key, earliest)
    const release = () => steps.release(key, step)
    try {
      const reason = step === earliest ? 'step_ends' : 'step_used'
      await untilStep(step, { periodMs, clock, sleep, notify, reason, signal })
    } catch (error) {
      await release()
      throw error
    }
    // The wait, or the ledger, may have taken so long that the step is over.
    if (earliestAt(clock.now(), periodMs) <= step) return { code: await codeOfStep(parameters, step), step, release }
  }
}

interface Wait extends UnusedCodeParts {
  readonly periodMs: number
  readonly reason: 'step_used' | 'step_ends'
  readonly signal: AbortSignal | undefined
}

/** Wait until the server has surely reached the step. A timer may be early, so look again. */
async function untilStep(step: number, { periodMs, clock, sleep, notify, reason, signal }: Wait): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    const { nowMs, precisionMs } = clock.now()
    const ms = Math.ceil(step * periodMs + precisionMs - nowMs)
    if (ms > mostWaitMs) throw tooFar(ms)
    if (ms <= 0) return
    if (isFirst) notify({ type: 'waiting', seconds: Math.ceil(ms / 1000), reason })
    await sleep(ms, signal)
  }
}

/** The current step. If its last second may have begun, the next one. */
function earliestAt({ nowMs, precisionMs }: ReturnType<ServerClock['now']>, periodMs: number): number {
  const current = Math.floor(nowMs / periodMs)
  const isEnding = nowMs + precisionMs > (current + 1) * periodMs - lastMs
  return isEnding ? current + 1 : current
}

/** Name a secret without revealing it. */
async function digestOf({ secret }: TotpParameters): Promise<string> {
  const bytes = new TextEncoder().encode(`latchkey steps ${secret}`)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The error if a step was used while a clock was ahead: then no earlier step can be taken. */
function tooFar(ms: number): ClientError {
  const detail = `the next unused time step begins in ${Math.ceil(ms / 60_000)} minutes: a clock was ahead when a later step was used`
  return new ClientError('clock_skew', { detail })
}
