/** Holds calls back until it is opened, and tells when enough of them stand before it. */
export interface Gate {
  /** Resolves with the next `open()`. */
  readonly wait: () => Promise<void>
  /** Resolves as soon as so many wait. */
  readonly waiting: (count: number) => Promise<void>
  readonly open: () => void
}

/** A gate that is shut. */
export function createGate(): Gate {
  let held: (() => void)[] = []
  let watchers: { readonly count: number; readonly notice: () => void }[] = []
  return {
    wait() {
      const { promise, resolve } = createDeferred()
      held.push(resolve)
      for (const { count, notice } of watchers) if (held.length >= count) notice()
      return promise
    },
    waiting(count) {
      const { promise, resolve } = createDeferred()
      watchers.push({ count, notice: resolve })
      if (held.length >= count) resolve()
      return promise
    },
    open() {
      const released = held
      held = []
      watchers = []
      for (const release of released) release()
    },
  }
}

function createDeferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}
