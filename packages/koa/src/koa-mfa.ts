import type { GuardOptions, Host, Mfa, MfaContext, MfaRequest, MfaResponse } from '@latchkey/core'
import type { Context, Middleware } from 'koa'

declare module 'koa' {
  interface DefaultState {
    /** The user who passed the guard of this route. Set by `auth.guard()`. */
    mfa?: MfaContext
  }
}

/** Latchkey in a Koa app. */
export interface KoaMfa {
  /** Latchkey's routes: `app.use(auth.routes)`. A path that is not Latchkey's goes on to the app. */
  readonly routes: Middleware
  /**
   * Admits users who are signed in with a fresh proof, and sets `ctx.state.mfa`. Refuses everybody else with `unauthenticated`
   * or `step_up_required`. Reads no storage.
   *
   * @throws TypeError at once if an option is bad
   */
  guard(options?: GuardOptions): Middleware
  /**
   * Gives the same check as a function that says who passed, for a route that redirects if nobody did.
   *
   * @throws TypeError at once if an option is bad. The check itself rejects with the `MfaError` that the guard answers.
   */
  check(options?: GuardOptions): (ctx: Context) => Promise<MfaContext>
}

/** Options of {@link koaMfa}. */
export interface KoaMfaOptions {
  /** Where the routes live, such as `/auth`. Leave it out under koa-mount. @defaultValue the root */
  readonly prefix?: string | undefined
}

/**
 * Binds Latchkey to a Koa 2 or 3 app.
 *
 * @param mfa what `createMfa` returned
 * @param host the app's own functions, such as {@link koaSessionHost} returns
 * @throws TypeError if the prefix is not a path
 */
export function koaMfa(mfa: Pick<Mfa, 'handler'>, host: Host<[Context]>, { prefix = '' }: KoaMfaOptions = {}): KoaMfa {
  if (typeof prefix !== 'string' || !/^(\/[\w.~-]+)*$/.test(prefix)) {
    throw new TypeError("prefix: must be a path like '/auth', without a slash at its end")
  }
  const handler = mfa.handler(host)
  /** Sends the answer if there is one. Otherwise lets the app go on. */
  const answering =
    (run: (ctx: Context) => Promise<MfaResponse | null>): Middleware =>
    async (ctx, next) => {
      const response = await run(ctx).catch((error: unknown) => handler.problem(error))
      if (response === null) await next()
      else send(ctx, response)
    }
  const checkOf: KoaMfa['check'] = (options) => {
    const check = handler.guard(options)
    return (ctx) => check(new KoaRequest(ctx, ctx.path), ctx)
  }
  return Object.freeze<KoaMfa>({
    routes: answering(async (ctx) => {
      const path = below(prefix, ctx.path)
      return path === null ? null : handler.handle(new KoaRequest(ctx, path), ctx)
    }),
    guard(options) {
      const check = checkOf(options)
      return answering(async (ctx) => {
        ctx.state.mfa = await check(ctx)
        return null
      })
    },
    check: checkOf,
  })
}

function below(prefix: string, path: string): string | null {
  const rest = path.slice(prefix.length)
  return path.startsWith(prefix) && (rest === '' || rest.startsWith('/')) ? rest : null
}

/** A class, since every object literal with getters would get its own hidden class. */
class KoaRequest implements MfaRequest {
  readonly method: string
  readonly path: string
  readonly target: string
  readonly parsedBody: unknown
  private readonly ctx: Context

  constructor(ctx: Context, path: string) {
    this.method = ctx.method
    this.path = path
    this.target = ctx.originalUrl
    this.parsedBody = (ctx.request as { body?: unknown }).body
    this.ctx = ctx
  }

  get body(): Context['req'] | null {
    return this.ctx.req.readableDidRead ? null : this.ctx.req
  }

  /** Read only if a browser says where it comes from. Not `ctx.origin`, which in Koa 3 is the client's own header. */
  get origin(): string {
    return `${this.ctx.protocol}://${this.ctx.host}`
  }

  /** Read only if there is a limiter. */
  get address(): string {
    return this.ctx.ip
  }

  header(name: string): string | undefined {
    return this.ctx.req.headers[name]?.toString()
  }
}

/** Sends bytes: to a string Koa would add a charset. */
function send(ctx: Context, { status, headers, cookies = [], body }: MfaResponse): void {
  if (ctx.headerSent || ctx.respond === false) return
  ctx.set({ ...headers })
  for (const cookie of cookies) ctx.append('Set-Cookie', cookie)
  ctx.body = body === null || Buffer.isBuffer(body) ? body : Buffer.from(body)
  ctx.status = status
}
