import type { Settings } from '../options.ts'
import type { Keeper } from '../ports.ts'
import { type RouteName, routes } from '../routes.ts'
import { type Answer, codeOf, readAnswer } from './answer.ts'
import type { ServerClock } from './server-clock.ts'
import { exchange, type Resend } from './transport.ts'

/** A call of one of Latchkey's routes. */
export interface Call {
  /** A route, or a path below the mount with its method. */
  readonly route: RouteName | readonly [method: string, path: string]
  readonly json?: object
  /** Who asks: the tokens that are held, unless it says another bearer token, or nobody. Cookies go along anyway. */
  readonly as?: 'nobody' | { readonly bearer: string }
  /** @defaultValue `harmless` for GET, else `unless-sent` */
  readonly resend?: Resend
  readonly signal?: AbortSignal | undefined
}

/**
 * Calls a route and reads the answer, whatever it says.
 *
 * @throws ClientError `network_error`, `timeout`; the signal's reason
 */
export type Ask = (call: Call) => Promise<Answer>

export function createAsk(settings: Settings, { keeper, clock }: { keeper: Keeper; clock: ServerClock }): Ask {
  return async ({ route, json, as, resend, signal }) => {
    const [method, path] = typeof route === 'string' ? ([routes[route][0], settings.paths[route]] as const) : route
    const url = new URL(`.${path}`, settings.baseUrl)
    return exchange(settings, {
      url,
      resend: resend ?? (method === 'GET' ? 'harmless' : 'unless-sent'),
      signal,
      init: async () => ({
        method,
        headers: {
          ...(await keeper.headersFor(url, as === undefined)),
          ...(typeof as === 'object' ? { Authorization: `Bearer ${as.bearer}` } : {}),
          ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        credentials: settings.credentials,
        cache: 'no-store',
        // A redirect would take passwords and codes along.
        redirect: 'manual',
      }),
      async read(response, { sentMs, cameMs }) {
        const answer = await readAnswer(response, `${url.origin}${url.pathname}`)
        // Somebody else's error page may come from another clock.
        if (answer.status < 400 || codeOf(answer) !== null) clock.learn(response.headers.get('date'), sentMs, cameMs)
        await keeper.keepCookies(url, response.headers)
        return answer
      },
    })
  }
}
