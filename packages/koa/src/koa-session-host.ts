import { type Host, type SessionHostOptions, sessionHost } from '@latchkey/core'
import type { Context } from 'koa'

/** The part of a session of koa-session that signing in takes. */
type FitSession = Record<'regenerate' | 'save', () => Promise<unknown>> & { latchkey?: unknown }

/**
 * A host for apps with koa-session 6 or 7, with a store or with cookies alone. Signing in begins a new session:
 * another id, nothing of what was there before.
 *
 * Where users have a `stamp`, a session made under another one is no longer signed in.
 *
 * @throws TypeError that names the option at fault
 */
export function koaSessionHost(options: SessionHostOptions<[Context]>): Host<[Context]> {
  return sessionHost(options, {
    read: (ctx) => sessionOf(ctx)?.latchkey,
    async start(state, ctx) {
      sessionOf(ctx)
      // An assignment drops the data and keeps the id, regenerate() drops the id and keeps the data: it takes both.
      ctx['session'] = { latchkey: state }
      await write(ctx, 'regenerate').catch((error: unknown) => {
        // koa-session saves again when the request ends, and that must not sign anybody in.
        ctx['session'] = null
        throw error
      })
      // Until it is assigned anew, the session tells its old externalKey.
      ctx['session'] = { latchkey: state }
    },
    async update(state, ctx) {
      Object.assign(sessionOf(ctx) ?? {}, { latchkey: state })
      await write(ctx, 'save')
    },
  })
}

/** koa-session forgets `maxAge: 'session'` once it has saved, and it saves again when the request ends. */
async function write(ctx: Context, how: 'regenerate' | 'save'): Promise<void> {
  const settings = ctx['sessionOptions'] as { maxAge?: unknown }
  const { maxAge } = settings
  await sessionOf(ctx)?.[how]()
  settings.maxAge = maxAge
}

function sessionOf(ctx: Context): FitSession | null {
  const session = ctx['session'] as Partial<FitSession> | null | undefined
  // Null is a session that the app has removed in this request.
  if (session === null) return null
  if (typeof session?.regenerate !== 'function' || typeof session.save !== 'function') {
    throw new Error('There is no koa-session on this request: mount session({ … }, app) before Latchkey')
  }
  return session as FitSession
}
