import { ClientError } from '../errors.ts'

/** What Node and Bun report if no connection was made. Then nothing of the request can have arrived. */
const beforeConnection = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
])

const unsent = new WeakSet<ClientError>()

/** The error for a `fetch` that threw. */
export function networkFault(error: unknown, place: string): ClientError {
  const code = codeOf(error)
  const fault = new ClientError('network_error', {
    detail: `${place} could not be reached${code === undefined ? '' : `: ${code}`}`,
    cause: error,
  })
  if (code !== undefined && beforeConnection.has(code)) unsent.add(fault)
  return fault
}

/** Whether nothing of the request has left this machine. Then a code in it is still unused. */
export function wasUnsent(error: unknown): boolean {
  return error instanceof ClientError && unsent.has(error)
}

/** Whether the request may have arrived. Nobody can tell. */
export function mayHaveArrived(error: unknown): boolean {
  return error instanceof ClientError && ['network_error', 'timeout'].includes(error.code) && !unsent.has(error)
}

/** Node hides the code in a cause. If a name has several addresses, it is in the errors of that cause. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  return typeof code === 'string' ? code : codeOf(cause)
}
