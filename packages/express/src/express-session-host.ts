import { promisify } from 'node:util'
import { type Host, type SessionHostOptions, sessionHost } from '@latchkey/core'
import type { Request, Response } from 'express'

/** The part of an express-session that signing in needs. */
type FitSession = Record<'regenerate' | 'save', (done: (error?: unknown) => void) => unknown> & { latchkey?: unknown }

/**
 * Makes a host for apps with express-session. Signing in begins a new session with another id and none of the old content.
 *
 * If users have a `stamp`, a session made under another one is no longer signed in.
 *
 * @throws TypeError that names the bad option
 */
export function expressSessionHost(options: SessionHostOptions<[Request, Response]>): Host<[Request, Response]> {
  return sessionHost(options, {
    read: (req) => sessionOf(req).latchkey,
    async start(state, req) {
      const old = sessionOf(req)
      await promisify(old.regenerate.bind(old))()
      await keep(state, req)
    },
    update: keep,
  })
}

async function keep(state: object, req: Request): Promise<void> {
  const session = sessionOf(req)
  const before = session.latchkey
  session.latchkey = state
  await promisify(session.save.bind(session))().catch((error: unknown) => {
    // express-session saves again when the answer ends, and that must not sign anybody in.
    session.latchkey = before
    throw error
  })
}

function sessionOf(req: Request): FitSession {
  const { session } = req as { session?: Partial<FitSession> | null }
  if (typeof session?.regenerate !== 'function' || typeof session.save !== 'function') {
    throw new Error(
      'This request has no express-session: mount session({ … }) before Latchkey, with a store that is connected',
    )
  }
  return session as FitSession
}
