import { type BearerHostOptions, type Host, bearerHost as hostOf } from '@latchkey/core'
import type { Context } from 'koa'

/**
 * Makes a host for apps without sessions: signing in gives an access token and a refresh token.
 *
 * @throws TypeError that names the bad option
 */
export function bearerHost(options: BearerHostOptions<[Context]>): Host<[Context]> {
  return hostOf(options, (ctx) => ctx.headers.authorization)
}
