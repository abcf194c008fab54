import type { JsonObject } from '../ports.ts'
import { type Answer, bodyOf, unexpected } from './answer.ts'

/** Reads the members of a success. A member that is missing or of another type is an `unexpected_answer`. */
export interface Fields {
  readonly body: JsonObject
  text(name: string): string
  /** `null` if it is absent or null. */
  textOrNull(name: string): string | null
  count(name: string): number
  texts(name: string): readonly string[]
  /** The members of each object in a list. */
  each(name: string): readonly Fields[]
  /** The members of an object inside. */
  inside(name: string): Fields
  time(name: string): Date
  timeOrNull(name: string): Date | null
}

/** @throws ClientError with the server's code, or `unexpected_answer` */
export function fieldsOf(answer: Answer): Fields {
  return fieldsIn(bodyOf(answer), answer)
}

/** The same for an object inside an answer. */
export function fieldsIn(body: JsonObject, place: Pick<Answer, 'place' | 'status'>): Fields {
  function member<Value>(name: string, read: (value: unknown) => Value | undefined): Value {
    const value = read(Object.hasOwn(body, name) ? body[name] : undefined)
    if (value === undefined) throw unexpected(place)
    return value
  }
  const orNull =
    <Value>(read: (value: unknown) => Value | undefined) =>
    (value: unknown): Value | null | undefined =>
      value === undefined || value === null ? null : read(value)
  return {
    body,
    text: (name) => member(name, text),
    textOrNull: (name) => member(name, orNull(text)),
    count: (name) => member(name, (value) => (Number.isFinite(value) ? (value as number) : undefined)),
    texts: (name) => member(name, listOf(text)),
    each: (name) => member(name, listOf(object)).map((one) => fieldsIn(one, place)),
    inside: (name) => fieldsIn(member(name, object), place),
    time: (name) => member(name, time),
    timeOrNull: (name) => member(name, orNull(time)),
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function time(value: unknown): Date | undefined {
  const date = new Date(text(value) ?? '')
  return Number.isNaN(date.getTime()) ? undefined : date
}

function object(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

function listOf<Value>(read: (value: unknown) => Value | undefined) {
  return (value: unknown): readonly Value[] | undefined => {
    const values = Array.isArray(value) ? value.map(read) : [undefined]
    return values.every((one) => one !== undefined) ? (values as readonly Value[]) : undefined
  }
}
