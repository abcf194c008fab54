import { type Host, type SessionHostOptions, sessionHost } from '@latchkey/core'
import type { Context } from 'koa'

/** The part of a session of koa-session that signing in needs. */
type FitSession = Record<'regenerate' | 'save', () => Promise<unknown>> & { latchkey?: unknown }

/**
 * Makes a host for apps with koa-session 6 or 7, with a store or with cookies alone. Signing in begins a new session with
 * another id and none of the old content.
 *
 * If users have a `stamp`, a session made under another one is no longer signed in.
 *
 * @throws TypeError that names the bad option
 */
export function koaSessionHost(options: SessionHostOptions<[Context]>): Host<[Context]> {
  return sessionHost(options, {
    read: (ctx) => sessionOf(ctx)?.latchkey,
    async start(state, ctx) {
      sessionOf(ctx)
      // An assignment drops the data and keeps the id, regenerate() drops the id and keeps the data, so it takes both.
      ctx['session'] = { latchkey: state }
      await write(ctx, 'regenerate').catch((error: unknown) => {
        // koa-session saves again when the request ends, and that must not sign anybody in.
        ctx['session'] = null
        throw error
      })
      // Until it is assigned again, the session still gives its old externalKey.
      ctx['session'] = { latchkey: state }
    },
    async update(state, ctx) {
      Object.assign(sessionOf(ctx) ?? {}, { latchkey: state })
      await write(ctx, 'save')
    },
  })
}

/** Keeps `maxAge: 'session'`, which koa-session forgets once it has saved. It saves again when the request ends. */
async function write(ctx: Context, how: 'regenerate' | 'save'): Promise<void> {
  const settings = ctx['sessionOptions'] as { maxAge?: unknown }
  const { maxAge } = settings
  await sessionOf(ctx)?.[how]()
  settings.maxAge = maxAge
}

function sessionOf(ctx: Context): FitSession | null {
  const session = ctx['session'] as Partial<FitSession> | null | undefined
  // Null means that the app removed the session in this request.
  if (session === null) return null
  if (typeof session?.regenerate !== 'function' || typeof session.save !== 'function') {
    throw new Error('This request has no koa-session: mount session({ … }, app) before Latchkey')
  }
  return session as FitSession
}
