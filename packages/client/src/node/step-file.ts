import type { NoticeListener, StepLedger } from '../ports.ts'
import { invalidFile } from './file-faults.ts'
import { withLock } from './file-lock.ts'
import { isReadable, parseObject } from './json-object.ts'
import { type PrivateFile, privateFile } from './private-file.ts'

const mostKeys = 1000

export interface StepFileOptions {
  /** Hears `mode_repaired`. */
  readonly onNotice?: NoticeListener | undefined
}

/**
 * Remember in a file which time steps of each secret were used: `{ "<key>": step }`, with mode 0600. So no code is sent twice
 * by the processes that share the file. It holds at most 1000 secrets and forgets those with the smallest steps.
 *
 * @param file - Its path. The first step creates it
 * @returns Methods that reject with ClientError `invalid_file` or `file_locked`, and with a TypeError for a bad key or step
 */
export function stepFile(file: string, { onNotice }: StepFileOptions = {}): StepLedger {
  const own = privateFile(file, 'file', { onNotice, isOurs: isReadable((text) => parse(file, text)) })
  return Object.freeze<StepLedger>({
    take: async (key, earliest) => {
      check(key, earliest)
      return change(
        own,
        (steps) => {
          const step = Math.max(earliest, (steps.get(key) ?? -1) + 1)
          return { steps: new Map([...steps, [key, step]]), result: step }
        },
        key,
      )
    },
    release: async (key, step) => {
      check(key, step)
      await change(
        own,
        (steps) => {
          const isLatest = steps.get(key) === step
          return { steps: isLatest ? new Map([...steps, [key, step - 1]]) : steps, result: undefined }
        },
        key,
      )
    },
  })
}

/** The latest step that was taken, by key. */
type Steps = ReadonlyMap<string, number>

interface Outcome<Result> {
  readonly steps: Steps
  readonly result: Result
}

async function change<Result>(
  file: PrivateFile,
  rule: (steps: Steps) => Outcome<Result>,
  key: string,
): Promise<Result> {
  return withLock(file.path, async (lock) => {
    const found = await file.read()
    const steps = found === null ? new Map<string, number>() : parse(file.path, found.text)
    const outcome = rule(steps)
    if (outcome.steps !== steps) {
      const text = JSON.stringify(Object.fromEntries(largest(outcome.steps, key)), null, 2)
      await lock.confirm()
      await file.write(text)
    }
    return outcome.result
  })
}

/** Drop the smallest steps if there are too many, but never the key in question. */
function largest(steps: Steps, key: string): Steps {
  if (steps.size <= mostKeys) return steps
  const others = [...steps].filter(([one]) => one !== key).toSorted(([, one], [, other]) => other - one)
  return new Map([...others.slice(0, mostKeys - 1), [key, steps.get(key) ?? 0]])
}

function parse(path: string, text: string): Steps {
  const entries = Object.entries(parseObject(path, text))
  // -1: the very first step was given back.
  const isSound = entries.every(([, step]) => Number.isSafeInteger(step) && (step as number) >= -1)
  if (!isSound) throw invalidFile(path, 'not_steps')
  return new Map(entries as [string, number][])
}

function check(key: string, step: number): void {
  if (typeof key !== 'string' || !/^[\w-]{1,64}$/.test(key))
    throw new TypeError('key must be 1 to 64 characters of A-Z a-z 0-9 - _')
  if (!Number.isSafeInteger(step) || step < 0) throw new TypeError('a time step must be a whole number, 0 or more')
}
