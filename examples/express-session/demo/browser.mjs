// A browser as far as an API needs one: it keeps cookies.

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {Headers} headers
 * @property {Record<string, unknown>} body `{}` if there is none
 * @property {boolean} beginsSession whether it set a cookie to a new value
 */

/** @typedef {ReturnType<typeof createBrowser>} Browser */

/** @param {string} url of the app */
export function createBrowser(url) {
  /** @type {Map<string, string>} */
  const cookies = new Map()
  return {
    cookies,
    /**
     * @param {string} method
     * @param {string} path
     * @param {{ body?: unknown, headers?: Record<string, string> }} [sent] the body goes as JSON
     * @returns {Promise<Answer>}
     */
    async send(method, path, { body, headers = {} } = {}) {
      const type = body === undefined ? undefined : { 'Content-Type': 'application/json' }
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await fetch(new URL(path, url), {
        method,
        headers: { ...type, ...(cookie === '' ? {} : { cookie }), ...headers },
        body: body === undefined ? null : JSON.stringify(body),
        redirect: 'error',
      })
      const beginsSession = keep(cookies, response.headers.getSetCookie())
      return { status: response.status, headers: response.headers, body: read(await response.text()), beginsSession }
    },
  }
}

/**
 * @param {Map<string, string>} cookies
 * @param {readonly string[]} lines
 */
function keep(cookies, lines) {
  let isNew = false
  for (const line of lines) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (value === '') cookies.delete(name)
    else {
      isNew ||= cookies.get(name) !== value
      cookies.set(name, value)
    }
  }
  return isNew
}

/** @param {string} text */
function read(text) {
  try {
    return /** @type {Record<string, unknown>} */ (JSON.parse(text || '{}'))
  } catch {
    return { text }
  }
}
