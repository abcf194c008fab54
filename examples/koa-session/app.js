// A Koa app with its own sessions, and the second factor that Latchkey adds to it.
import { randomBytes } from 'node:crypto'
import Router from '@koa/router'
import { createMfa, isMfaError } from '@latchkey/core'
import { koaMfa, koaSessionHost } from '@latchkey/koa'
import { sqliteStorage } from '@latchkey/sql'
import Koa from 'koa'
import bodyParser from 'koa-bodyparser'
import session from 'koa-session'
import { Database } from './sqlite.js'
import { checkCredentials, findUser } from './users.js'

/**
 * @typedef {object} AppOptions
 * @property {string} [database] a file, or `:memory:`, which is the default
 * @property {string} [secret] seals what Latchkey stores; without one, nothing stored can be read after a restart
 * @property {() => number} [now] milliseconds since 1970
 * @property {(event: import('@latchkey/core').MfaEvent) => unknown} [onEvent]
 */

/** @param {AppOptions} [options] */
export async function buildApp({ database = ':memory:', secret = randomSecret(), now, onEvent } = {}) {
  const app = new Koa()
  app.keys = [randomSecret()]
  app.use(sendError)
  app.use(session({ httpOnly: true, sameSite: 'lax', maxAge: 24 * 60 * 60 * 1000, store: memoryStore() }, app))

  const storage = sqliteStorage(new Database(database))
  await storage.migrate()
  const mfa = createMfa({ issuer: 'Example Bank', secret, storage, findUser, now, onEvent })
  const host = koaSessionHost({ findUser, checkCredentials })
  const auth = koaMfa(mfa, host, { prefix: '/auth' })
  app.use(auth.routes)

  app.use(refuseCrossSite)
  const router = new Router()

  router.get('/account', async (ctx) => {
    const signedIn = await host.currentUser(ctx)
    if (signedIn === null) {
      ctx.status = 401
      ctx.body = { error: 'unauthenticated' }
      return
    }
    const { id, name } = signedIn.user
    ctx.body = { user: { id, name }, mfa: await mfa.status(id) }
  })

  router.post('/transfer', auth.guard({ maxAgeSeconds: 300 }), bodyParser({ enableTypes: ['json'] }), (ctx) => {
    const { to, amount } = /** @type {Record<string, unknown>} */ (ctx.request.body ?? {})
    const isRight = typeof to === 'string' && Number.isInteger(amount) && Number(amount) > 0
    ctx.status = isRight ? 200 : 400
    ctx.body = isRight ? { transferred: { from: ctx.state.mfa?.user.name, to, amount } } : { error: 'invalid_transfer' }
  })

  router.post('/logout', (ctx) => {
    ctx['session'] = null
    ctx.status = 204
  })

  app.use(router.routes())
  return app
}

function randomSecret() {
  return randomBytes(32).toString('base64')
}

/** Sessions in this process, gone with it: a real app has a store here. */
function memoryStore() {
  /** @type {Map<string, unknown>} */
  const rows = new Map()
  return {
    /** @param {string} id */
    get: async (id) => rows.get(id),
    /** @type {(id: string, data: unknown) => Promise<void>} */
    set: async (id, data) => void rows.set(id, data),
    /** @param {string} id */
    destroy: async (id) => void rows.delete(id),
  }
}

/**
 * `sameSite` keeps other sites out; a page of a neighboring subdomain is the same site and is known by its origin.
 * @param {Koa.Context} ctx
 * @param {Koa.Next} next
 */
async function refuseCrossSite(ctx, next) {
  const origin = ctx.get('Origin')
  const isOurs = origin === '' || origin === `${ctx.protocol}://${ctx.host}`
  if (isOurs) await next()
  else {
    ctx.status = 403
    ctx.body = { error: 'cross_site_request' }
  }
}

/**
 * @param {Koa.Context} ctx
 * @param {Koa.Next} next
 */
async function sendError(ctx, next) {
  try {
    await next()
  } catch (error) {
    const { status } = /** @type {{ status?: unknown }} */ (error)
    const isTold = isMfaError(error) || (typeof status === 'number' && status < 500)
    ctx.status = isTold ? Number(status) : 500
    ctx.body = { error: isMfaError(error) ? error.code : isTold ? 'invalid_request' : 'internal_error' }
    if (!isTold) ctx.app.emit('error', error, ctx)
  }
}
