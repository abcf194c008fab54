import { ClientError } from '../errors.ts'
import type { Settings } from '../options.ts'
import { networkFault, wasUnsent } from './network-fault.ts'

/** One request, and how its answer is read before the time is up. */
export interface Exchange<Result> {
  readonly url: URL
  /** Made anew for each try. */
  readonly init: () => RequestInit | Promise<RequestInit>
  readonly read: (response: Response, times: { readonly sentMs: number; readonly cameMs: number }) => Promise<Result>
  readonly resend: Resend
  readonly signal: AbortSignal | undefined
}

/**
 * Whether a request is sent again: `unless-sent` if no connection was made, `harmless` also if the connection broke or the
 * server could not answer.
 */
export type Resend = 'never' | 'unless-sent' | 'harmless'

const firstPauseMs = 500

/**
 * Send a request, and send it again if that does no harm.
 *
 * @throws ClientError `network_error`, `timeout`; the signal's reason
 */
export async function exchange<Result extends { readonly status: number }>(
  settings: Settings,
  asked: Exchange<Result>,
): Promise<Result> {
  for (let tries = 0; ; tries += 1) {
    const isLast = tries >= settings.retries
    try {
      const result = await once(settings, asked)
      if (isLast || asked.resend !== 'harmless' || !isUnable(result.status)) return result
    } catch (error) {
      if (isLast || !maySendAgain(error, asked.resend)) throw error
    }
    await pause(settings, tries, asked.signal)
  }
}

/** Whether the server, or what stands before it, could not do anything just now. */
export function isUnable(status: number | undefined): boolean {
  return status === 502 || status === 503 || status === 504
}

/** Wait before another try, twice as long each time. */
export async function pause({ sleep, notify }: Settings, tries: number, signal?: AbortSignal): Promise<void> {
  const ms = firstPauseMs * 2 ** tries
  notify({ type: 'waiting', seconds: ms / 1000, reason: 'unreachable' })
  await sleep(ms, signal)
}

function maySendAgain(error: unknown, resend: Resend): boolean {
  if (resend === 'never') return false
  const isBroken = error instanceof ClientError && error.code === 'network_error'
  return wasUnsent(error) || (resend === 'harmless' && isBroken)
}

async function once<Result>(settings: Settings, { url, init, read, signal }: Exchange<Result>): Promise<Result> {
  const { fetch, now, timeoutSeconds } = settings
  signal?.throwIfAborted()
  const given = await init()
  const clock = new AbortController()
  const timer = setTimeout(() => clock.abort(), timeoutSeconds * 1000)
  const signals = signal === undefined ? [clock.signal] : [signal, clock.signal]
  const place = `${url.origin}${url.pathname}`
  try {
    const sentMs = now()
    const response = await fetch(url, { ...given, signal: AbortSignal.any(signals) })
    return await read(response, { sentMs, cameMs: now() })
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof ClientError) throw error
    if (!clock.signal.aborted) throw networkFault(error, place)
    throw new ClientError('timeout', { detail: `${place} did not answer in ${timeoutSeconds} s` })
  } finally {
    clearTimeout(timer)
  }
}
