import { domainToASCII } from 'node:url'
import { isEmailValid } from '@hapi/address'
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** How a code travels. */
export type Channel = 'mail' | 'sms'

/** Where codes may be sent: a normalized mail address, or a phone number in E.164. */
export type Address = { readonly channel: Channel; readonly to: string }

/**
 * Normalizes what a user typed. Its form tells the channel if none is given. Null if it is neither a mail address with an ASCII
 * name and a domain, nor the number of a mobile phone with `+` and country code.
 */
export function readAddress(typed: string, channel: Channel = typed.includes('@') ? 'mail' : 'sms'): Address | null {
  const to = channel === 'mail' ? readMailAddress(typed) : readPhoneNumber(typed)
  return to === null ? null : { channel, to }
}

/** Returns as much of an address as may be shown: `a•••@e•••.com`, `+49 ••• ••67`. */
export function mask({ channel, to }: Address): string {
  if (channel === 'sms') return `+${parsePhoneNumberFromString(to)?.countryCallingCode} ••• ••${to.slice(-2)}`
  const domain = to.slice(to.lastIndexOf('@') + 1)
  return `${to.slice(0, 1)}•••@${domain.slice(0, 1)}•••${domain.slice(domain.lastIndexOf('.'))}`
}

/** Keeps the name as it is, since its case may matter (RFC 5321 section 2.4). Puts the domain in lower case and A-labels. */
function readMailAddress(typed: string): string | null {
  const [, name, domain] = /^ *([!-~]{1,64})@([\p{L}\p{M}\p{N}.-]{1,253}) *$/u.exec(typed) ?? []
  if (name === undefined || domain === undefined) return null
  const address = `${name}@${domainToASCII(domain)}`
  return isEmailValid(address, { allowUnicode: false, minDomainSegments: 2 }) ? address : null
}

/** Kinds of number that receive messages at an ordinary price. */
const mobile: readonly unknown[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE']

function readPhoneNumber(typed: string): string | null {
  if (!/^ *\+[0-9][0-9 ().-]{5,30}$/.test(typed)) return null
  const number = parsePhoneNumberFromString(typed.trim(), { extract: false })
  return number?.isValid() === true && mobile.includes(number.getType()) ? number.number : null
}

/** What a code that came this way proves, in the words of RFC 8176. */
export function amrOf(channel: Channel | undefined): readonly string[] {
  return channel === 'sms' ? ['sms'] : ['otp']
}
