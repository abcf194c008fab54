import { afterAnswer, cookieHeader } from '../http/cookies.ts'
import type { Settings } from '../options.ts'
import type { Cookie, Held, Keeper } from '../ports.ts'
import { createQueue } from './queue.ts'

export function createKeeper({ tokenStorage, baseUrl, now, origins }: Settings): Keeper {
  const inTurn = createQueue()

  /** Make one change after another, so that none is lost between a read and a write of this client. */
  function change(changedFrom: (held: Held) => Held | null): Promise<void> {
    return inTurn(async () => {
      const held = await tokenStorage.get()
      const changed = changedFrom(held ?? { tokens: null, cookies: [] })
      if (changed !== held) await tokenStorage.set(isEmpty(changed) ? null : changed)
    })
  }

  return {
    held: async () => tokenStorage.get(),
    tokens: async () => (await tokenStorage.get())?.tokens ?? null,
    setTokens: (tokens) => change((held) => ({ ...held, tokens })),
    clear: () => change(() => null),
    async headersFor(url, withTokens) {
      const { tokens = null, cookies = [] } = (await tokenStorage.get()) ?? {}
      const cookie = url.origin === baseUrl.origin ? cookieHeader(cookies, url, now()) : null
      return {
        ...(withTokens && tokens !== null && origins.has(url.origin) ? { Authorization: tokens.authorization } : {}),
        ...(cookie === null ? {} : { Cookie: cookie }),
      }
    },
    async keepCookies(url, headers) {
      const lines = url.origin === baseUrl.origin ? cookiesOf(headers) : []
      if (lines.length > 0)
        await change((held) => withCookies(held, afterAnswer(held.cookies, lines, { url, nowMs: now() })))
    },
  }
}

function withCookies(held: Held, cookies: readonly Cookie[]): Held {
  return { ...held, cookies }
}

function isEmpty(held: Held | null): boolean {
  return held === null || (held.tokens === null && held.cookies.length === 0)
}

/** Browsers do not show cookies to a page, and older ones lack the method. */
function cookiesOf(headers: Partial<Headers>): readonly string[] {
  return headers.getSetCookie?.() ?? []
}
