import type { Deliver } from './message.ts'

/** The part of nodemailer's transport that is used. */
export interface MailTransport {
  sendMail(mail: {
    from: string
    to: { name: string; address: string }
    subject: string
    text: string
    headers: Record<string, string>
    disableFileAccess: boolean
    disableUrlAccess: boolean
  }): Promise<unknown>
}

/** How mails look. */
export interface NodemailerOptions {
  /** The sender: `Acme <no-reply@acme.example>`. */
  readonly from: string
  /** @defaultValue `Your code` */
  readonly subject?: string | undefined
}

/**
 * Delivers mails through a transport of nodemailer 6 or later. It refuses SMS.
 *
 * @throws TypeError if there is no transport or no sender
 */
export function nodemailerDelivery(transport: MailTransport, options: NodemailerOptions): Deliver {
  const { from, subject = 'Your code' } = options
  if (typeof transport?.sendMail !== 'function') throw new TypeError("transport must have a function 'sendMail'")
  if (typeof from !== 'string' || from === '') throw new TypeError('options.from must be the address of a sender')
  if (typeof subject !== 'string') throw new TypeError('options.subject must be a string')
  return async ({ channel, to, text }) => {
    if (channel !== 'mail') throw new TypeError('nodemailerDelivery delivers mails, not SMS')
    await transport.sendMail({
      from,
      // An object, so that nothing in an address is read as a name or a second address.
      to: { name: '', address: to },
      subject,
      text,
      // RFC 3834 section 5: no out-of-office reply to it.
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }
}
