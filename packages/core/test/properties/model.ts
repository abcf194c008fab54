// The second factor as plainly as it can be said: no sealing, no tokens' form, no storage. What the core must agree with.
import type { VirtualAuthenticator } from '@latchkey/testing'

/** Small limits, so that a short sequence meets them all. */
export const limits = { waitAfter: 2, waitSeconds: 30, maxWaitSeconds: 60, suspendAfter: 5 }
export const mostAuthenticators = 2
export const window = 1

/** `ok`, or the code of the error. */
export type Verdict =
  | 'ok'
  | 'invalid_code'
  | 'invalid_token'
  | 'too_many_attempts'
  | 'not_enabled'
  | 'step_up_required'
  | 'not_found'
  | 'authenticator_limit'

interface Count {
  failures: number
  waitUntilMs: number
}

interface Phone {
  readonly app: VirtualAuthenticator
  lastStep: number
  /** How far its latest codes were off, as far as they count. */
  offsets: number[]
}

/** A token as its holder sees it: whose it is, and what could have happened to it. */
export interface ModelToken {
  readonly user: ModelUser
  readonly epoch: number
  readonly expiresMs: number
  spent: boolean
  /** Set on an activation token. */
  readonly app?: VirtualAuthenticator
}

export class ModelUser {
  epoch = 0
  phones: Phone[] = []
  unused = new Set<string>()
  counts: Record<'totp' | 'recovery' | 'confirm', Count> = freshCounts()
  /** Every proof that was ever accepted; none may be there twice. */
  readonly accepted: string[] = []

  get enabled(): boolean {
    return this.phones.length > 0
  }

  /** Looks at a code as login, step-up and deactivation do. */
  prove(code: string, nowMs: number): Verdict {
    if (!this.enabled) return 'not_enabled'
    const kind = /^\d{6}$/.test(code)
      ? 'totp'
      : /^[0-9a-z]{4}-[0-9a-z]{4}$/.test(code) && this.unused.size > 0
        ? 'recovery'
        : null
    if (kind === null) {
      // Codes were handed out with the first phone, so both counts matter.
      return this.waits('totp', nowMs) && this.waits('recovery', nowMs) ? 'too_many_attempts' : 'invalid_code'
    }
    if (this.waits(kind, nowMs)) return 'too_many_attempts'
    const isRight = kind === 'totp' ? this.takeStep(code, nowMs) : this.unused.delete(code)
    if (!isRight) return this.charge(kind, nowMs)
    if (kind === 'recovery') this.accepted.push(code)
    this.counts[kind] = freshCount()
    return 'ok'
  }

  confirm(token: ModelToken, code: string, nowMs: number): Verdict {
    if (token.user !== this || nowMs >= token.expiresMs || token.epoch !== this.epoch) return 'invalid_token'
    if (this.phones.length >= mostAuthenticators) return 'authenticator_limit'
    if (this.waits('confirm', nowMs)) return 'too_many_attempts'
    if (!/^\d{6}$/.test(code)) return 'invalid_code'
    const app = token.app as VirtualAuthenticator
    const steps = around(app, nowMs).filter((step) => app.codeAt(step) === code)
    const step = steps.at(-1)
    if (step === undefined) return this.charge('confirm', nowMs)
    if (!this.enabled) this.counts.recovery = freshCount()
    this.phones.push({ app, lastStep: step, offsets: [] })
    this.accepted.push(`${app.secret} ${step}`)
    this.counts.totp = freshCount()
    this.counts.confirm = freshCount()
    this.epoch += 1
    return 'ok'
  }

  removePhone(index: number): void {
    this.phones.splice(index, 1)
    if (!this.enabled) this.unused.clear()
    this.epoch += 1
  }

  reset(): void {
    this.phones = []
    this.unused.clear()
    this.counts = freshCounts()
    this.epoch += 1
  }

  private takeStep(code: string, nowMs: number): boolean {
    for (const phone of this.phones) {
      const own = around(phone.app, nowMs + driftOf(phone) * phone.app.period * 1000)
      const step = own.findLast((candidate) => candidate > phone.lastStep && phone.app.codeAt(candidate) === code)
      if (step === undefined) continue
      phone.lastStep = step
      phone.offsets = [...phone.offsets, step - phone.app.step(nowMs)].slice(-3)
      this.accepted.push(`${phone.app.secret} ${step}`)
      return true
    }
    return false
  }

  private waits(kind: keyof ModelUser['counts'], nowMs: number): boolean {
    const { failures, waitUntilMs } = this.counts[kind]
    return failures >= limits.suspendAfter || waitUntilMs > nowMs
  }

  private charge(kind: keyof ModelUser['counts'], nowMs: number): Verdict {
    const count = this.counts[kind]
    count.failures += 1
    const over = count.failures - limits.waitAfter
    const seconds = over < 0 ? 0 : Math.min(limits.waitSeconds * 2 ** over, limits.maxWaitSeconds)
    count.waitUntilMs = nowMs + seconds * 1000
    return 'invalid_code'
  }
}

/** Three codes running that were off to the same side: it goes one step that way. */
function driftOf({ offsets }: Phone): number {
  if (offsets.length < 3) return 0
  return offsets.every((offset) => offset > 0) ? 1 : offsets.every((offset) => offset < 0) ? -1 : 0
}

/** The steps a code may be of at this time. */
function around(app: VirtualAuthenticator, nowMs: number): number[] {
  const now = app.step(nowMs)
  return Array.from({ length: 2 * window + 1 }, (_, index) => now - window + index)
}

function freshCount(): Count {
  return { failures: 0, waitUntilMs: 0 }
}

function freshCounts(): ModelUser['counts'] {
  return { totp: freshCount(), recovery: freshCount(), confirm: freshCount() }
}
