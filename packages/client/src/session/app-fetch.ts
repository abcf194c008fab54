import { exchange } from '../http/transport.ts'
import type { Settings } from '../options.ts'
import type { Keeper } from '../ports.ts'
import type { AsSignedIn, Demand } from './signed-in.ts'

/** Make the function that calls the app's own routes as the user who is signed in, as `Client.fetch` says. */
export function createAppFetch(settings: Settings, { keeper, asSignedIn }: { keeper: Keeper; asSignedIn: AsSignedIn }) {
  return async (path: string | URL, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(path, settings.baseUrl)
    if (!settings.origins.has(url.origin))
      throw new TypeError(`${url.origin} is neither the app's origin nor among origins`)
    const signal = init.signal ?? undefined
    // A stream can be sent only once.
    const isRepeatable = !(init.body instanceof ReadableStream)
    const isHarmless = /^(?:GET|HEAD|OPTIONS)$/i.test(init.method ?? 'GET')
    const attempt = () =>
      exchange(settings, {
        url,
        resend: isHarmless ? 'harmless' : isRepeatable ? 'unless-sent' : 'never',
        signal,
        init: async () => ({ credentials: settings.credentials, ...init, headers: await headersOf(url, init, keeper) }),
        async read(response) {
          await keeper.keepCookies(url, response.headers)
          return response
        },
      })
    return isRepeatable ? asSignedIn({ attempt, demandOf, signal }) : attempt()
  }
}

/** The caller's own headers, and ours unless the caller gave one of that name. */
async function headersOf(url: URL, init: RequestInit, keeper: Keeper): Promise<Headers> {
  const headers = new Headers(init.headers)
  for (const [name, value] of Object.entries(await keeper.headersFor(url, true))) {
    if (!headers.has(name)) headers.set(name, value)
  }
  return headers
}

/** RFC 9470 section 3 puts the demand into a header. A page from another origin may not read that, so Latchkey's body has it too. */
async function demandOf(response: Response): Promise<Demand> {
  if (response.status !== 401) return null
  const header = response.headers.get('www-authenticate') ?? ''
  if (/\berror="?insufficient_user_authentication\b/.test(header)) return 'step_up_required'
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true
  const { code } = isProblem ? ((await response.clone().json()) as { code?: unknown }) : { code: null }
  return code === 'step_up_required' ? code : 'unauthenticated'
}
