import { fieldError, MfaError } from '@latchkey/core'
import type { Message } from './message.ts'
import type { Settings } from './options.ts'

/** Why a message was not sent, and whether it may still arrive. */
export interface Undelivered {
  readonly error: MfaError
  readonly hung: boolean
}

/** Asks the host's hook, then delivers once, both within the time limit. Resolves to null if the message was sent. */
export async function deliver(settings: Settings, unsigned: Omit<Message, 'signal'>): Promise<Undelivered | null> {
  const late = new AbortController()
  const message = { ...unsigned, signal: late.signal }
  const seconds = settings.deliverTimeoutSeconds
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<'hung'>((resolve) => {
    timer = setTimeout(() => resolve('hung'), seconds * 1000)
  })
  try {
    const outcome = await Promise.race([handedOver(settings, message), limit])
    if (outcome === 'sent') return null
    if (outcome === 'refused') return { error: badDestination(settings), hung: false }
    late.abort()
    return { error: deliveryFailure(new Error(`deliver did not answer within ${seconds} s`)), hung: true }
  } catch (thrown) {
    return { error: deliveryFailure(withoutSecrets(thrown, message)), hung: false }
  } finally {
    clearTimeout(timer)
  }
}

async function handedOver(settings: Settings, message: Message): Promise<'sent' | 'refused'> {
  const { channel, to, user, signal } = message
  // Only a plain `true` is a yes.
  if ((await settings.allowDestination({ channel, to, user })) !== true) return 'refused'
  // The hook was late, so the code is no longer valid.
  signal.throwIfAborted()
  await settings.deliver(message)
  return 'sent'
}

function deliveryFailure(cause: Error): MfaError {
  return new MfaError('delivery_failed', { cause })
}

/** Masks code and address: providers put them into their errors, and events must hold no code. */
function withoutSecrets(thrown: unknown, { code, to }: Message): Error {
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'what was thrown is no Error'
  return new Error(text.replaceAll(to, '•••').replaceAll(code, '•••'))
}

/** Refuses an address, in the same words whatever is wrong with it. */
export function badDestination({ channels }: Settings): MfaError {
  const forms = { mail: 'a mail address', sms: "a mobile phone's number with + and country code" }
  const wanted = [...new Set(channels)].map((channel) => forms[channel]).join(' or ')
  return fieldError('to', `must be ${wanted} that codes can be sent to`)
}
