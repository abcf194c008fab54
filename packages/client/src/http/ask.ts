import type { Settings } from '../options.ts'
import type { Keeper } from '../ports.ts'
import { type RouteName, routes } from '../routes.ts'
import { type Answer, codeOf, readAnswer } from './answer.ts'
import type { ServerClock } from './server-clock.ts'
import { exchange, type Resend } from './transport.ts'

/** A call to one of Latchkey's routes. */
export interface Call {
  /** A route by name, or a method and a path below the mount. */
  readonly route: RouteName | readonly [method: string, path: string]
  readonly json?: object
  /** Sends another bearer token, or none, instead of the tokens that are held. Cookies are sent in any case. */
  readonly as?: 'nobody' | { readonly bearer: string }
  /** @defaultValue `harmless` for GET, otherwise `unless-sent` */
  readonly resend?: Resend
  readonly signal?: AbortSignal | undefined
}

/**
 * Call a route and read the answer, whatever it says.
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
        // A redirect would carry passwords and codes elsewhere.
        redirect: 'manual',
      }),
      async read(response, { sentMs, cameMs }) {
        const answer = await readAnswer(response, `${url.origin}${url.pathname}`)
        // An error page that is not Latchkey's may go by another clock.
        if (answer.status < 400 || codeOf(answer) !== null) clock.learn(response.headers.get('date'), sentMs, cameMs)
        await keeper.keepCookies(url, response.headers)
        return answer
      },
    })
  }
}
