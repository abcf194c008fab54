import { ClientError } from '../errors.ts'
import { bodyOf } from '../http/answer.ts'
import type { Ask } from '../http/ask.ts'
import type { Settings } from '../options.ts'
import type { JsonObject, Keeper, Tokens } from '../ports.ts'

/**
 * Buy new tokens for those that were refused. Callers who ask meanwhile get the same ones. No caller's signal ends the
 * refresh: a refresh token is valid once, so an answer that nobody waits for would end the sign-in.
 *
 * @throws ClientError `unauthenticated` if there is no refresh token, or it is no longer valid
 */
export type Refresh = (refused: Tokens | null, signal: AbortSignal | undefined) => Promise<Tokens>

/** What refreshing and signing in need. */
export interface SessionParts {
  readonly settings: Settings
  readonly keeper: Keeper
  readonly ask: Ask
  readonly serverNowMs: () => number
}

export function createRefresh(parts: SessionParts): Refresh {
  const { settings, keeper } = parts
  const runAlone = (work: () => Promise<Tokens>) => settings.tokenStorage.exclusively?.(work) ?? work()
  let running: Promise<Tokens> | null = null
  return (refused, signal) => {
    running ??= runAlone(async () => {
      const tokens = await keeper.tokens()
      // Another process that shares the storage may have been first.
      const isNew = tokens !== null && tokens.authorization !== refused?.authorization
      return isNew ? tokens : buy(tokens, parts)
    }).finally(() => {
      running = null
    })
    return untilAborted(running, signal)
  }
}

async function buy(tokens: Tokens | null, { ask, keeper, ...parts }: SessionParts): Promise<Tokens> {
  if (tokens?.refreshToken === undefined)
    throw new ClientError('unauthenticated', { detail: 'there is no refresh token: log in', status: 401 })
  const json = { refresh_token: tokens.refreshToken }
  const answer = await ask({ route: 'token.refresh', json, as: 'nobody' })
  if (answer.body?.['code'] === 'invalid_token') {
    await keeper.setTokens(null)
    throw new ClientError('unauthenticated', { detail: 'the refresh token is no longer valid: log in', status: 401 })
  }
  const bought = tokensOf(bodyOf(answer), parts)
  if (bought === null) throw new ClientError('unexpected_answer', { detail: `${answer.place} gave no tokens` })
  await keeper.setTokens(bought)
  return bought
}

/** The tokens of an answer, with the time when they expire if it says so. */
export function tokensOf(
  body: JsonObject,
  { settings, serverNowMs }: Pick<SessionParts, 'settings' | 'serverNowMs'>,
): Tokens | null {
  const tokens = settings.readTokens(body)
  const { expires_in } = body
  if (tokens === null || tokens.expiresAtMs !== undefined || typeof expires_in !== 'number') return tokens
  return { ...tokens, expiresAtMs: Math.round(serverNowMs() + expires_in * 1000) }
}

/** Keep the token from an answer to a fresh proof. The refresh token stays. Do nothing if cookies sign in. */
export async function keepFresh(body: JsonObject, { keeper, ...parts }: SessionParts): Promise<void> {
  const [old, fresh] = [await keeper.tokens(), tokensOf(body, parts)]
  if (fresh !== null) await keeper.setTokens({ ...old, ...fresh })
}

/** Wait for shared work, as long as this caller wants to. */
export function untilAborted<Result>(shared: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return shared
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
