import type { MfaEventReason } from './errors.ts'

/** What happened, by operation. `request` is a refusal before any operation ran; `recovery_codes_low` comes besides a success. */
export type MfaEventType =
  | 'challenge'
  | 'verify'
  | 'sign_in'
  | 'step_up'
  | 'begin'
  | 'confirm'
  | 'deactivate'
  | 'rename'
  | 'remove'
  | 'show_codes'
  | 'regenerate'
  | 'status'
  | 'factor'
  | 'issue'
  | 'refresh'
  | 'revoke'
  | 'revoke_tokens'
  | 'reset'
  | 'erase'
  | 'import'
  | 'reseal'
  | 'request'
  | 'recovery_codes_low'

/** One outcome. Holds no secret, code or token. */
export interface MfaEvent<Type extends MfaEventType = MfaEventType> {
  readonly type: Type
  readonly result: 'success' | 'failure'
  /** Null on success. */
  readonly reason: MfaEventReason | null
  /** Null if nobody could be named: a forged token, a refused request. */
  readonly userId: string | null
  readonly factor: string | null
  readonly authenticatorId: string | null
  /** Milliseconds since 1970. */
  readonly at: number
  /** What the host gave, otherwise null. */
  readonly requestId: string | null
  /** The person or program that acted, if an operator's act says so. */
  readonly actor?: string
  /** The reason, if an operator's act says so. */
  readonly note?: string
  /** How many time steps the authenticator's clock is off, if a code told. */
  readonly driftSteps?: number
  /** Recovery codes left, with `recovery_codes_low`. */
  readonly remaining?: number
  /** What the storage threw, with `storage_unavailable`; why nothing was sent, with `delivery_failed`. */
  readonly error?: unknown
}

export type MfaEventListener<Type extends MfaEventType = MfaEventType> = (event: MfaEvent<Type>) => unknown

/** Subscribes to events of one type, or to all with `'*'`. */
export type Subscribe = <Type extends MfaEventType | '*'>(
  type: Type,
  listener: MfaEventListener<Type extends MfaEventType ? Type : MfaEventType>,
) => () => void

/** Sends events to listeners; a listener that throws, rejects or hangs changes nothing. */
export interface Events {
  emit(event: MfaEvent): void
  /** Notes that an error has had its event, so that it gets no second one. */
  markReported(error: object): void
  isReported(error: object): boolean
  /** @returns a function that ends the subscription */
  readonly on: Subscribe
}

export function createEvents(onEvent: MfaEventListener | undefined): Events {
  const listeners = new Set<{ type: string; listener: MfaEventListener }>()
  const reported = new WeakSet<object>()
  if (onEvent !== undefined) listeners.add({ type: '*', listener: onEvent })
  return Object.freeze<Events>({
    emit(event) {
      Object.freeze(event)
      const heard = [...listeners].filter(({ type }) => type === '*' || type === event.type)
      for (const { listener } of heard) tell(listener, event)
      if (heard.length === 0) warnOfFault(event)
    },
    markReported: (error) => void reported.add(error),
    isReported: (error) => reported.has(error),
    on(type, listener) {
      const entry = { type, listener: listener as MfaEventListener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  })
}

function tell(listener: MfaEventListener, event: MfaEvent): void {
  try {
    Promise.resolve(listener(event)).catch(() => undefined)
  } catch {
    // A listener's fault must not become the user's.
  }
}

/** An app without listeners would see nothing but 503s: Node's own channel for warnings tells why. */
function warnOfFault(event: MfaEvent): void {
  if (event.reason !== 'storage_unavailable') return
  const why = event.error instanceof Error ? event.error.message : 'unknown cause'
  process.emitWarning(`${event.type} failed: ${why}`, { type: 'LatchkeyWarning', code: 'LATCHKEY_STORAGE' })
}
