import type { Host } from '@latchkey/core'
import type { Context } from 'koa'
import { type SessionHostOptions, sessionHost } from './session-host.ts'

/** The part of a session of koa-session that signing in takes. */
interface FitSession {
  regenerate(): Promise<unknown>
  save(): Promise<unknown>
  latchkey?: unknown
}

/** What koa-session adds to a context. */
interface SessionContext {
  session: FitSession | { latchkey: object } | null
  readonly sessionOptions: { maxAge?: unknown }
}

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
      await renew(state, ctx as Context & SessionContext)
    },
    async update(state, ctx) {
      const session = sessionOf(ctx)
      if (session === null) throw new Error('The session was removed while the proof was checked')
      session.latchkey = state
      await keepingMaxAge(ctx as Context & SessionContext, () => session.save())
    },
  })
}

/** An assignment drops the data and keeps the id, regenerate() drops the id and keeps the data: it takes both. */
async function renew(state: object, ctx: SessionContext): Promise<void> {
  ctx.session = { latchkey: state }
  try {
    await keepingMaxAge(ctx, () => (ctx.session as FitSession).regenerate())
  } catch (error) {
    // koa-session saves again when the request ends, and that must not sign anybody in.
    ctx.session = null
    throw error
  }
  // Until it is assigned anew, the session tells its old externalKey.
  ctx.session = { latchkey: state }
}

/** koa-session forgets `maxAge: 'session'` once it has saved, and it saves again when the request ends. */
async function keepingMaxAge({ sessionOptions }: SessionContext, save: () => Promise<unknown>): Promise<void> {
  const { maxAge } = sessionOptions
  await save()
  sessionOptions.maxAge = maxAge
}

function sessionOf(ctx: Context): FitSession | null {
  const { session } = ctx as { session?: Partial<FitSession> | null }
  // Null is a session that the app has removed in this request.
  if (session === null) return null
  if (typeof session?.regenerate !== 'function' || typeof session.save !== 'function') {
    throw new Error(
      'There is no koa-session on this request: app.use(session({ … }, app)) before Latchkey, version 6 or 7',
    )
  }
  return session as FitSession
}
