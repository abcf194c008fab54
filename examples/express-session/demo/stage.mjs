// The stage of the journey: devices that send, show what they get, and check it.
import { createBrowser } from './browser.mjs'

/**
 * @typedef {object} World
 * @property {string} url of the app
 * @property {Pick<import('./terminal.mjs').Terminal, 'step' | 'note' | 'exchange' | 'qr'>} show
 * @property {() => number} [now] the app's clock, in milliseconds since 1970
 * @property {() => readonly import('@latchkey/core').MfaEvent[]} [takeEvents] those since the last call, if the app
 * runs here
 */

/**
 * What an answer must be. The body names what matters in it, and a RegExp checks a text.
 * @typedef {object} ExpectedAnswer
 * @property {number} status
 * @property {unknown} [body]
 * @property {'new' | 'none'} [session] whether a cookie with a new value comes with it; unsaid, either is fine
 * @property {string} [event] why it was refused, as the app's own log has it
 */

/**
 * @typedef {ReturnType<typeof createStage>} Stage
 * @typedef {ReturnType<Stage['device']>} Device
 */

/** An answer that is not as it should be. The journey ends with it. */
export class UnexpectedAnswer extends Error {
  /**
   * @param {string} where
   * @param {{ expected: string, got: string }} difference
   */
  constructor(where, { expected, got }) {
    super(`Not as it should be: ${where}\n  expected  ${expected}\n  got       ${got}`)
    this.name = 'UnexpectedAnswer'
  }
}

/** @param {World} world */
export function createStage({ url, show, now = Date.now, takeEvents }) {
  let title = ''
  let count = 0
  return {
    show,
    now,
    /** @param {string} text */
    begin(text) {
      count += 1
      title = `${count}. ${text}`
      show.step(title)
    },
    /**
     * Somebody's browser, without any cookie yet.
     * @param {string} name
     */
    device(name) {
      const browser = createBrowser(url)
      /** @type {(method: string, path: string, asked: { body?: unknown, expected: ExpectedAnswer }) => Promise<Record<string, unknown>>} */
      async function exchange(method, path, { body, expected }) {
        const answer = await browser.send(method, path, { body })
        const reasons = takeEvents?.().flatMap(({ reason }) => reason ?? [])
        const answered = { ...answer, reasons }
        show.exchange({ device: name, method, path, body }, { ...answered, body: part(answer.body, expected.body) })
        check(`${method} ${path}, in "${title}"`, expected, answered)
        return answer.body
      }
      return {
        /** @type {(path: string, expected: ExpectedAnswer) => ReturnType<typeof exchange>} */
        get: (path, expected) => exchange('GET', path, { expected }),
        /** @type {(path: string, body: unknown, expected: ExpectedAnswer) => ReturnType<typeof exchange>} */
        post: (path, body, expected) => exchange('POST', path, { body, expected }),
      }
    },
  }
}

/** @typedef {import('./browser.mjs').Answer & { reasons: readonly string[] | undefined }} WatchedAnswer */

/**
 * @param {string} where
 * @param {ExpectedAnswer} expected
 * @param {WatchedAnswer} answer
 * @throws UnexpectedAnswer
 */
function check(where, expected, { status, body, beginsSession, reasons }) {
  const got = { status, body, session: beginsSession ? 'new' : 'none', ...(reasons && { event: reasons[0] }) }
  const { event, ...visible } = expected
  const asked = reasons === undefined ? visible : { ...visible, ...(event !== undefined && { event }) }
  if (!matches(asked, got)) throw new UnexpectedAnswer(where, { expected: describe(asked), got: describe(got) })
}

/**
 * @param {unknown} expected
 * @param {unknown} got
 * @returns {boolean}
 */
function matches(expected, got) {
  if (expected instanceof RegExp) return typeof got === 'string' && expected.test(got)
  if (typeof expected !== 'object' || expected === null) return Object.is(expected, got)
  if (typeof got !== 'object' || got === null) return false
  if (Array.isArray(expected) && !(Array.isArray(got) && got.length === expected.length)) return false
  const members = /** @type {Record<string, unknown>} */ (got)
  return Object.entries(expected).every(([name, value]) => matches(value, members[name]))
}

/**
 * Returns what matters of a body, or all of it if nothing says so.
 * @param {unknown} body
 * @param {unknown} expected
 * @returns {unknown}
 */
function part(body, expected) {
  if (!isObject(expected) || !isObject(body)) return body
  const named = Object.entries(body).filter(([name]) => Object.hasOwn(expected, name))
  return named.length === 0
    ? body
    : Object.fromEntries(named.map(([name, value]) => [name, part(value, expected[name])]))
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RegExp)
}

/** @param {unknown} value */
function describe(value) {
  return JSON.stringify(
    value,
    (_name, member) => /** @type {unknown} */ (member instanceof RegExp ? String(member) : member),
  )
}
