import { type BearerHostOptions, type Host, bearerHost as hostOf } from '@latchkey/core'
import type { Context } from 'koa'

/**
 * A host for apps without sessions: signing in gives an access token and a refresh token.
 *
 * @throws TypeError that names the option at fault
 */
export function bearerHost(options: BearerHostOptions<[Context]>): Host<[Context]> {
  return hostOf(options, (ctx) => ctx.headers.authorization)
}
