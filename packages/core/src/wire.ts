const brand = Symbol.for('latchkey.asIs')

/** Marks an object whose member names are on the wire as they are, such as one that a standard defines. Gives a frozen copy. */
export function asIs<T extends object>(value: T): T {
  return Object.freeze(Object.defineProperty({ ...value }, brand, { value: true }))
}

/** One of our results as it is on the wire: keys in snake_case, times in ISO 8601. */
export function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(toWire)
  return isObject(value) ? toWireObject(value) : value
}

/** A time in milliseconds since 1970 as it is on the wire; null stays null. */
export function instantOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** The members of one of our results as they are on the wire. */
export function toWireObject(value: object): Record<string, unknown> {
  if (Object.hasOwn(value, brand)) return { ...value }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [toSnakeCase(key), toWire(member)]))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function toSnakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
