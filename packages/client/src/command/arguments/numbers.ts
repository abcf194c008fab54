import { UsageError } from '../failures.ts'
import type { Arguments } from './read.ts'

/**
 * The whole number that an option gives; `undefined` where it is not there.
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
 * The seconds that an option gives; `undefined` where it is not there.
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
