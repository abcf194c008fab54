import type { JsonObject } from './ports/values.ts'

/** A field of a body: what checks it, and what describes it. One that may be left out passes `undefined`. */
export interface Field {
  /** What is wrong with a value, or null. */
  readonly check: (value: unknown) => string | null
  /** JSON Schema, draft 2020-12. */
  readonly schema: JsonObject
}

/** The fields of a body, by name. */
export type Fields = Readonly<Record<string, Field>>

/** A request's body, or the part of it that was checked. */
export type Body = Readonly<Record<string, unknown>>

const text: JsonObject = { type: 'string' }

/** A field that must be a string. */
export const requiredText: Field = Object.freeze<Field>({
  schema: text,
  check(value) {
    if (value === undefined) return 'is required'
    return typeof value === 'string' ? null : 'must be a string'
  },
})

/** A string that may be left out. */
export const optionalText: Field = Object.freeze<Field>({
  schema: text,
  check: (value) => (value === undefined ? null : requiredText.check(value)),
})

/** A code that must be a string: a number would have lost its leading zeros. */
export const requiredCode: Field = Object.freeze<Field>({
  schema: { ...text, description: 'A code. Spaces and dashes are dropped.' },
  check(value) {
    if (value === undefined) return 'is required'
    return typeof value === 'string' ? null : 'must be a string, in quotes: a number loses its leading zeros'
  },
})

/** A code that may be left out. */
export const optionalCode: Field = Object.freeze<Field>({
  schema: requiredCode.schema,
  check: (value) => (value === undefined ? null : requiredCode.check(value)),
})

/** A body's own member: what it inherits is nobody's field. */
export function ownField(body: Body, name: string): unknown {
  return Object.hasOwn(body, name) ? body[name] : undefined
}

/** A field that was checked with {@link requiredText} or {@link requiredCode}. @throws TypeError if it is no string */
export function textOf(body: Body, name: string): string {
  const value = optionalTextOf(body, name)
  if (value === undefined) throw new TypeError(`${name} must be a string`)
  return value
}

/** A field that was checked with {@link optionalText} or {@link optionalCode}. @throws TypeError if it is no string */
export function optionalTextOf(body: Body, name: string): string | undefined {
  const value = ownField(body, name)
  if (value === undefined || typeof value === 'string') return value
  throw new TypeError(`${name} must be a string`)
}

/** Those of a body's own fields that are named. */
export function pick(body: Body, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(body, name)).map((name) => [name, body[name]]))
}
