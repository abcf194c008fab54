import { UsageError } from '../failures.ts'
import type { Arguments } from './read.ts'

/**
 * Read the whole number of an option. `undefined` if the option is not given.
 *
 * @throws UsageError
 */
export function wholeNumber(
  given: Arguments,
  name: string,
  [least, most]: readonly [number, number],
): number | undefined {
  const text = given.get(name)
  if (text === null) return undefined
  const value = Number(text)
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}`)
}

/**
 * Read the seconds of an option. `undefined` if the option is not given.
 *
 * @throws UsageError
 */
export function seconds(given: Arguments, name: string, [least, most]: readonly [number, number]): number | undefined {
  const text = given.get(name)
  if (text === null) return undefined
  const value = Number(text)
  if (/^\d{1,6}(\.\d{1,3})?$/.test(text) && value >= least && value <= most) return value
  throw new UsageError(`--${name} must be a number of seconds from ${least} to ${most}`)
}
