/** @throws TypeError unless it is a function */
export function readFunction<T>(name: string, value: T): T {
  if (typeof value !== 'function') throw new TypeError(`options.${name} must be a function`)
  return value
}

/** @throws TypeError unless it is a whole number within the bounds */
export function readWhole(name: string, value: unknown, [least, most]: readonly [number, number]): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw new TypeError(`options.${name} must be a whole number from ${least} to ${most}`)
  }
  return value as number
}

/** @throws TypeError unless it is a number above 0 and up to 600 */
export function readSeconds(name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value > 0 && value <= 600))
    throw new TypeError(`options.${name} must be more than 0 and at most 600 seconds`)
  return value
}

/** Options of one group, `{}` where none is given. @throws TypeError unless it is an object */
export function readGroup<T extends object>(name: string, given: T | undefined): T {
  if (given === undefined) return {} as T
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError(`options.${name} must be an object`)
  return given
}

/** A group's options over its defaults. @throws TypeError where one is not known */
export function filledIn<T extends object>(name: string, given: Partial<T> | undefined, defaults: T): T {
  const entries = Object.entries(readGroup(name, given)).filter(([, value]) => value !== undefined)
  const unknown = entries.find(([key]) => !Object.hasOwn(defaults, key))
  if (unknown !== undefined)
    throw new TypeError(`options.${name}.${unknown[0]} is not known; there are ${Object.keys(defaults).join(', ')}`)
  return Object.freeze({ ...defaults, ...Object.fromEntries(entries) })
}
