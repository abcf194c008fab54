/** Reads one option: gives its value, or the default; its name stands at the front of what it throws. @throws TypeError */
export type Reader<T = unknown> = (value: unknown, name: string) => T

/** A reader for each option, by name. So an option that is declared and not read does not compile. */
export type Readers<Options extends object> = { readonly [Name in keyof Options]-?: Reader }

/** What the readers give. */
export type ReadBy<R> = { readonly [Name in keyof R]: R[Name] extends Reader<infer T> ? T : never }

/**
 * Reads an object of options by a table of readers, which also says what options there are. Called with the type of the
 * options first: `readOptions<MfaOptions>()('options', given, { … })`.
 *
 * @throws TypeError that names the option: one that is not known, or one that a reader refuses
 */
export function readOptions<Options extends object>() {
  return <R extends Readers<Options>>(name: string, given: unknown, readers: R): ReadBy<R> => {
    const options = readObject(given, name)
    refuseUnknown(name, options, Object.keys(readers))
    const read = Object.entries<Reader>(readers).map(([key, reader]) => [key, reader(options[key], `${name}.${key}`)])
    return Object.freeze(Object.fromEntries(read)) as ReadBy<R>
  }
}

/** Refuses an object with a name that is not known. @throws TypeError that names it */
export function refuseUnknown(name: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new TypeError(`${name}: unknown option "${unknown}" (known: ${known.join(', ')})`)
}

/** @throws TypeError unless it is an object */
export function readObject(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value
  throw new TypeError(`${name} must be an object`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A function of the type that the option is declared with. @throws TypeError unless it is a function */
export function readFunction<T>(value: unknown, name: string): T {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function`)
  return value as T
}

/** @throws TypeError unless it is true or false */
export function readFlag(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value
  throw new TypeError(`${name} must be true or false`)
}

/** @throws TypeError unless it is a whole number within the bounds */
export function readWhole(value: unknown, name: string, [least, most]: readonly [number, number]): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw new TypeError(`${name} must be a whole number from ${least} to ${most}`)
}

/** A reader of a whole number within bounds. */
export function whole(bounds: readonly [number, number], fallback: number): Reader<number> {
  return (value = fallback, name) => readWhole(value, name, bounds)
}

/** A reader of a number of seconds above 0. */
export function seconds(most: number, fallback: number): Reader<number> {
  return (value = fallback, name) => {
    if (typeof value === 'number' && value > 0 && value <= most) return value
    throw new TypeError(`${name} must be more than 0 and at most ${most} seconds`)
  }
}

/** A reader of something that may be left out. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value, name) => (value === undefined ? undefined : reader(value, name))
}
