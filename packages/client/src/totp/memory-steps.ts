import type { StepLedger } from '../ports.ts'

const taken = new Map<string, number>()

/** The steps that this process has used. All its clients share them, so two with the same secret know about each other. */
export const memorySteps: StepLedger = {
  async take(key, earliest) {
    const step = Math.max(earliest, (taken.get(key) ?? -1) + 1)
    taken.set(key, step)
    return step
  },
  async release(key, step) {
    if (taken.get(key) === step) taken.set(key, step - 1)
  },
}
