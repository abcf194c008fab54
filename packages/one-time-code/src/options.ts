import { domainToASCII } from 'node:url'
import type { Awaitable, User } from '@latchkey/core'
import type { Channel } from './destination.ts'
import type { Deliver } from './message.ts'

/** How many codes a user may be sent. */
export interface SendLimits {
  /** In ten minutes. @defaultValue 3 */
  readonly tenMinutes: number
  /** In 24 hours. @defaultValue 10 */
  readonly day: number
}

/** Where a code is about to be sent. */
export interface Destination {
  readonly channel: Channel
  /** Normalised: a mail address, or a phone number in E.164. */
  readonly to: string
  readonly user: User
}

/** What {@link oneTimeCode} is made from. */
export interface OneTimeCodeOptions {
  /** Sends a message. It is called once for each code, and never again after it threw or hung. */
  readonly deliver: Deliver
  /** The host name that codes are typed into, such as `app.example`: a browser offers the code there alone. */
  readonly host: string
  /** 6 to 8. @defaultValue 6 */
  readonly digits?: number | undefined
  /** Seconds a code is good for, 60 to 600. @defaultValue 300 */
  readonly codeSeconds?: number | undefined
  /** Most addresses a user may have, 1 to 10. @defaultValue 3 */
  readonly authenticators?: number | undefined
  /** Seconds between two messages to a user, 1 to 3600. @defaultValue 60 */
  readonly pauseSeconds?: number | undefined
  /** Most messages to a user. @defaultValue 3 in ten minutes, 10 a day */
  readonly limits?: Partial<SendLimits> | undefined
  /** Seconds until a delivery that hangs counts as failed, at most 60. @defaultValue 10 */
  readonly deliverTimeoutSeconds?: number | undefined
  /** Says `true` where a code may be sent there; asked before each message. @defaultValue everywhere */
  readonly allowDestination?: ((destination: Destination) => Awaitable<boolean>) | undefined
  /** @defaultValue both, `['mail', 'sms']` */
  readonly channels?: readonly Channel[] | undefined
}

/** The options, checked and complete. */
export type Settings = { readonly [Key in keyof OneTimeCodeOptions]-?: NonNullable<OneTimeCodeOptions[Key]> } & {
  readonly limits: SendLimits
}

const known =
  'deliver host digits codeSeconds authenticators pauseSeconds limits deliverTimeoutSeconds allowDestination channels'.split(
    ' ',
  )

/** @throws TypeError that names the option and says what would be right */
export function readOptions(options: OneTimeCodeOptions): Settings {
  refuseUnknown('options', options, known)
  return Object.freeze({
    deliver: readFunction('deliver', options.deliver),
    host: readHost(options.host),
    digits: readWhole('digits', options.digits ?? 6, [6, 8]),
    codeSeconds: readWhole('codeSeconds', options.codeSeconds ?? 300, [60, 600]),
    authenticators: readWhole('authenticators', options.authenticators ?? 3, [1, 10]),
    pauseSeconds: readWhole('pauseSeconds', options.pauseSeconds ?? 60, [1, 3600]),
    limits: readLimits(options.limits ?? {}),
    deliverTimeoutSeconds: readSeconds('deliverTimeoutSeconds', options.deliverTimeoutSeconds ?? 10),
    allowDestination: readFunction('allowDestination', options.allowDestination ?? (() => true)),
    channels: readChannels(options.channels ?? ['mail', 'sms']),
  })
}

function readLimits(limits: Partial<SendLimits>): SendLimits {
  refuseUnknown('options.limits', limits, ['tenMinutes', 'day'])
  const tenMinutes = readWhole('limits.tenMinutes', limits.tenMinutes ?? 3, [1, 10])
  const day = readWhole('limits.day', limits.day ?? Math.max(10, tenMinutes), [tenMinutes, 100])
  return Object.freeze({ tenMinutes, day })
}

function readHost(host: unknown): string {
  const isHost = typeof host === 'string' && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(host) && domainToASCII(host) === host
  if (!isHost) throw new TypeError("options.host must be a host name in lower case, such as 'app.example'")
  return host
}

function readChannels(channels: unknown): readonly Channel[] {
  const isList = Array.isArray(channels) && channels.length > 0
  if (!isList || !channels.every((channel) => channel === 'mail' || channel === 'sms'))
    throw new TypeError("options.channels must be a list of 'mail' and 'sms'")
  return Object.freeze([...(channels as readonly Channel[])])
}

function readFunction<T>(name: string, value: T): T {
  if (typeof value !== 'function') throw new TypeError(`options.${name} must be a function`)
  return value
}

function readWhole(name: string, value: unknown, [least, most]: readonly [number, number]): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
    throw new TypeError(`options.${name} must be a whole number from ${least} to ${most}`)
  return value as number
}

function readSeconds(name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value > 0 && value <= 60))
    throw new TypeError(`options.${name} must be more than 0 and at most 60 seconds`)
  return value
}

function refuseUnknown(name: string, given: unknown, names: readonly string[]): void {
  if (typeof given !== 'object' || given === null) throw new TypeError(`${name} must be an object`)
  const unknown = Object.keys(given).find((key) => !names.includes(key))
  if (unknown !== undefined) throw new TypeError(`${name}.${unknown} is not known; there are ${names.join(', ')}`)
}
