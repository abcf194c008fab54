import { MfaError } from '../errors.ts'
import type { MfaRequest } from '../ports/http.ts'

/**
 * Refuses a browser's request from another site. An `Origin` must be allowed, whatever else is said; without one,
 * `Sec-Fetch-Site` must be absent, `same-origin` or `none`.
 *
 * @throws MfaError `cross_site_request`
 */
export function refuseCrossSite(request: MfaRequest, allowedOrigins: readonly string[] | undefined): void {
  const origin = request.header('origin')
  const site = request.header('sec-fetch-site')
  const isOurs =
    origin === undefined
      ? site === undefined || site === 'same-origin' || site === 'none'
      : (allowedOrigins ?? [ownOrigin(request)]).includes(origin)
  if (!isOurs) throw new MfaError('cross_site_request')
}

/** The request's own origin as a browser writes it: lower case, no default port. */
function ownOrigin({ origin }: MfaRequest): string {
  return URL.canParse(origin) ? new URL(origin).origin : origin
}
