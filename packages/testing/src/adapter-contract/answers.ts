import assert from 'node:assert/strict'
import type { HttpAnswer } from '../http-client.ts'

/** What a value must be: a pattern for a text, objects and lists member by member, anything else to the letter. */
export type Expected =
  | RegExp
  | string
  | number
  | boolean
  | null
  | readonly Expected[]
  | { readonly [key: string]: Expected }

/** Any text that is not empty. */
export const text = /./
export const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Asserts that a value has all of these members, and no others. */
export function assertMembers(actual: unknown, expected: Expected, place = 'the body'): void {
  if (expected instanceof RegExp) {
    assert.ok(typeof actual === 'string' && expected.test(actual), `${place} is ${String(actual)} and not ${expected}`)
  } else if (typeof expected === 'object' && expected !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, `${place} is ${String(actual)}`)
    assert.equal(Array.isArray(actual), Array.isArray(expected))
    assert.deepEqual({ [place]: Object.keys(actual).sort() }, { [place]: Object.keys(expected).sort() })
    for (const [key, value] of Object.entries(expected)) {
      assertMembers((actual as Record<string, unknown>)[key], value, `${place}, ${key}`)
    }
  } else assert.deepEqual({ [place]: actual }, { [place]: expected })
}

/** Asserts a problem of Latchkey's, whole: status, code, headers and members. */
export function readProblem(answer: HttpAnswer, status: number, code: string): Record<string, unknown> {
  assert.deepEqual({ status: answer.status, code: codeOf(answer) }, { status, code })
  assertHead(answer, 'application/problem+json')
  const problem = answer.json() as Record<string, unknown>
  const { type, title, detail } = problem
  assertMembers({ type, title, detail }, { type: text, title: text, detail: text }, 'the problem')
  assert.equal(problem['status'], status)
  return problem
}

/** Asserts a success of Latchkey's, and gives its body. */
export function readJson(answer: HttpAnswer): Record<string, unknown> {
  assert.deepEqual({ status: answer.status, code: codeOf(answer) }, { status: 200, code: undefined })
  assertHead(answer, 'application/json')
  return answer.json() as Record<string, unknown>
}

/** Asserts an answer of the app's own. */
export function assertText(answer: HttpAnswer, status: number, body: string): void {
  assert.deepEqual({ status: answer.status, text: answer.text }, { status, text: body })
}

function assertHead({ headers }: HttpAnswer, type: string): void {
  assert.equal(headers['content-type'], type)
  assert.equal(headers['cache-control'], 'no-store')
  assert.equal(headers.etag, undefined)
}

function codeOf(answer: HttpAnswer): unknown {
  return /^[{[]/.test(answer.text) ? (answer.json() as { code?: unknown }).code : answer.text
}
