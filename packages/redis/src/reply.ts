/**
 * Reads a reply that must be text. A client may be set to give text as bytes.
 *
 * @throws Error if it is something else, such as the `QUEUED` of nothing at all
 */
export function textOf(reply: unknown): string {
  if (typeof reply === 'string') return reply
  if (reply instanceof Uint8Array) return Buffer.from(reply).toString()
  throw unexpected(reply)
}

/** Makes the error for an impossible reply: the client is not what it seems, or it is inside a transaction of the host. */
export function unexpected(reply: unknown): Error {
  const what = typeof reply === 'string' ? `"${reply.slice(0, 20)}"` : typeof reply
  return new Error(`Redis gave an unexpected reply (${what}): Latchkey needs a client that is in no transaction`)
}
