import { type BearerHostOptions, type Host, bearerHost as hostOf } from '@latchkey/core'
import type { Request, Response } from 'express'

/**
 * Makes a host for apps without sessions: signing in gives an access token and a refresh token.
 *
 * @throws TypeError that names the bad option
 */
export function bearerHost(options: BearerHostOptions<[Request, Response]>): Host<[Request, Response]> {
  return hostOf(options, (req) => req.headers.authorization)
}
