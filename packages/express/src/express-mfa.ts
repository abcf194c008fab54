import type { GuardOptions, Host, Mfa, MfaContext, MfaRequest, MfaResponse } from '@latchkey/core'
import type { Request, RequestHandler, Response } from 'express'

declare global {
  namespace Express {
    interface Request {
      /** The user who passed the guard of this route. Set by `auth.guard()`. */
      mfa?: MfaContext
    }
  }
}

/** Latchkey in an Express app. */
export interface ExpressMfa {
  /** Latchkey's routes: `app.use('/auth', auth.routes)`. A path that is not Latchkey's goes on to the app. */
  readonly routes: RequestHandler
  /**
   * Admits users who are signed in with a fresh proof, and sets `req.mfa`. Refuses everybody else with `unauthenticated` or
   * `step_up_required`. Reads no storage.
   *
   * @throws TypeError at once if an option is bad
   */
  guard(options?: GuardOptions): RequestHandler
  /**
   * Gives the same check as a function that says who passed, for a route that redirects if nobody did.
   *
   * @throws TypeError at once if an option is bad. The check itself rejects with the `MfaError` that the guard answers.
   */
  check(options?: GuardOptions): (req: Request, res: Response) => Promise<MfaContext>
}

/**
 * Binds Latchkey to an Express 4 or 5 app.
 *
 * @param mfa what `createMfa` returned
 * @param host the app's own functions, such as {@link expressSessionHost} returns
 */
export function expressMfa(mfa: Pick<Mfa, 'handler'>, host: Host<[Request, Response]>): ExpressMfa {
  const handler = mfa.handler(host)
  /** Sends the answer if there is one. Otherwise lets the app go on. */
  const answering =
    (run: (req: Request, res: Response) => Promise<MfaResponse | null>): RequestHandler =>
    async (req, res, next) => {
      try {
        const response = await run(req, res).catch((error: unknown) => handler.problem(error))
        if (response !== null) return send(res, response)
      } catch (error) {
        return next(error)
      }
      next()
    }
  const checkOf: ExpressMfa['check'] = (options) => {
    const check = handler.guard(options)
    return (req, res) => check(new ExpressRequest(req), req, res)
  }
  return Object.freeze<ExpressMfa>({
    routes: answering((req, res) => handler.handle(new ExpressRequest(req), req, res)),
    guard(options) {
      const check = checkOf(options)
      return answering(async (req, res) => {
        req.mfa = await check(req, res)
        return null
      })
    },
    check: checkOf,
  })
}

/** A class, since every object literal with getters would get its own hidden class. */
class ExpressRequest implements MfaRequest {
  readonly method: string
  readonly path: string
  readonly target: string
  readonly parsedBody: unknown
  private readonly req: Request

  constructor(req: Request) {
    this.method = req.method
    this.path = req.path
    this.target = req.originalUrl
    this.parsedBody = req.body
    this.req = req
  }

  get body(): Request | null {
    return this.req.readableDidRead ? null : this.req
  }

  /** Read only if a browser says where it comes from. */
  get origin(): string {
    return `${this.req.protocol}://${hostOf(this.req)}`
  }

  /** Read only if there is a limiter. */
  get address(): string {
    return this.req.ip ?? ''
  }

  header(name: string): string | undefined {
    return this.req.headers[name]?.toString()
  }
}

/** Express 4 has no `req.host` with a port, so this asks the proxy setting as Express 5 does. */
function hostOf(req: Request): string {
  const trusts = req.app.get('trust proxy fn') as (address: string | undefined, hop: number) => boolean
  const forwarded = trusts(req.socket.remoteAddress, 0) ? req.get('X-Forwarded-Host') : undefined
  return (forwarded || req.get('Host') || '').split(',', 1)[0]?.trim() ?? ''
}

/** Uses Node's own calls: Express's would add a charset and an ETag. */
function send(res: Response, { status, headers, cookies = [], body }: MfaResponse): void {
  if (res.headersSent) return
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  for (const cookie of cookies) res.appendHeader('Set-Cookie', cookie)
  if (body === null) return void res.end()
  res.setHeader('Content-Length', body.byteLength)
  res.end(body)
}
