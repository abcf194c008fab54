// A CSRF token without a session: a random cookie, and its MAC in every form.
const { createHmac, randomBytes, timingSafeEqual } = require('node:crypto')

const name = 'csrf'

/** @param {string} secret */
function csrf(secret) {
  /** @param {string} seed */
  const mac = (seed) => createHmac('sha256', secret).update(seed).digest('hex')

  /** @type {import('express').RequestHandler} */
  return (req, res, next) => {
    let seed = new RegExp(`(?:^|; )${name}=([0-9a-f]{32})(?:;|$)`).exec(req.headers.cookie ?? '')?.[1]
    if (req.method !== 'GET' && !matches(req.body?._csrf, seed && mac(seed))) {
      res.status(403).send('The form has expired: load the page again.')
      return
    }
    if (seed === undefined) {
      seed = randomBytes(16).toString('hex')
      res.cookie(name, seed, { httpOnly: true, sameSite: 'lax' })
    }
    res.locals['csrf'] = mac(seed)
    next()
  }
}

/** @param {unknown} sent @param {string | undefined} right */
function matches(sent, right) {
  if (typeof sent !== 'string' || right === undefined || sent.length !== right.length) return false
  return timingSafeEqual(Buffer.from(sent), Buffer.from(right))
}

module.exports = { csrf }
