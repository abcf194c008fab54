/** A method of a storage. */
export type StorageMethod = 'get' | 'put' | 'delete' | 'userIds'

/**
 * What goes wrong with a call: it throws before or after it took effect, hangs before or after it took effect until it
 * is released, or gives way to others before and after, as a call over a network does.
 */
export type Fault = 'throw_before' | 'throw_after' | 'hang_before' | 'hang_after' | 'yield'

interface Planned {
  readonly method: StorageMethod
  readonly fault: Fault
  readonly call: number | 'every'
}

const noCalls = Object.freeze({ get: 0, put: 0, delete: 0, userIds: 0 })

/** Counts the calls and knows what happens to those to come. */
export interface FaultPlan {
  readonly calls: Readonly<Record<StorageMethod, number>>
  readonly inject: (method: StorageMethod, fault: Fault, nth?: number | 'every') => void
  /** Counts a call and gives the faults that are due in it. */
  readonly enter: (method: StorageMethod) => ReadonlySet<Fault>
  readonly reset: () => void
}

/** A plan without faults. */
export function createFaultPlan(): FaultPlan {
  const calls: Record<StorageMethod, number> = { ...noCalls }
  let planned: readonly Planned[] = []
  return {
    calls,
    inject(method, fault, nth = 1) {
      if (nth !== 'every' && !(Number.isSafeInteger(nth) && nth > 0)) {
        throw new RangeError(`nth must be a whole number from 1 on, or 'every'`)
      }
      planned = [...planned, { method, fault, call: nth === 'every' ? nth : calls[method] + nth }]
    },
    enter(method) {
      calls[method] += 1
      const due = planned.filter((one) => one.method === method && (one.call === 'every' || one.call === calls[method]))
      return new Set(due.map(({ fault }) => fault))
    },
    reset() {
      planned = []
      Object.assign(calls, noCalls)
    },
  }
}
