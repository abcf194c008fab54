import { domainToASCII } from 'node:url'
import { type Awaitable, optional, readFunction, readOptions, seconds, type User, whole } from '@latchkey/core'
import type { Channel } from './destination.ts'
import type { Deliver } from './message.ts'

/** How many codes a user may be sent. */
export interface SendLimits {
  /** In ten minutes. @defaultValue 3 */
  readonly tenMinutes: number
  /** In 24 hours. @defaultValue 10 */
  readonly day: number
}

/** The address that a code is about to be sent to. */
export interface Destination {
  readonly channel: Channel
  /** Normalized: a mail address, or a phone number in E.164. */
  readonly to: string
  readonly user: User
}

/** What {@link oneTimeCode} is made from. */
export interface OneTimeCodeOptions {
  /** Sends a message. Called once for each code, and never again after it threw or hung. */
  readonly deliver: Deliver
  /** The host name that codes are typed into, such as `app.example`. A browser offers the code only there. */
  readonly host: string
  /** 6 to 8. @defaultValue 6 */
  readonly digits?: number | undefined
  /** How many seconds a code is valid, 60 to 600. @defaultValue 300 */
  readonly codeSeconds?: number | undefined
  /** How many addresses a user may have, 1 to 10. @defaultValue 3 */
  readonly authenticators?: number | undefined
  /** Seconds between two messages to a user, 1 to 3600. @defaultValue 60 */
  readonly pauseSeconds?: number | undefined
  /** How many messages a user may be sent. @defaultValue 3 in ten minutes, 10 a day */
  readonly limits?: Partial<SendLimits> | undefined
  /** Seconds until a delivery that hangs counts as failed, at most 60. @defaultValue 10 */
  readonly deliverTimeoutSeconds?: number | undefined
  /** Returns `true` if a code may be sent there. Called before each message. @defaultValue everywhere */
  readonly allowDestination?: ((destination: Destination) => Awaitable<boolean>) | undefined
  /** @defaultValue both, `['mail', 'sms']` */
  readonly channels?: readonly Channel[] | undefined
}

/** The options, checked and complete. */
export type Settings = ReturnType<typeof readSettings>

/** @throws TypeError that names the option and says what would be right */
export function readSettings(options: OneTimeCodeOptions) {
  return readOptions<OneTimeCodeOptions>()('options', options, {
    deliver: readFunction<Deliver>,
    host: readHost,
    digits: whole([6, 8], 6),
    codeSeconds: whole([60, 600], 300),
    authenticators: whole([1, 10], 3),
    pauseSeconds: whole([1, 3600], 60),
    limits: readLimits,
    deliverTimeoutSeconds: seconds(60, 10),
    allowDestination: (value = () => true, name) =>
      readFunction<NonNullable<OneTimeCodeOptions['allowDestination']>>(value, name),
    channels: readChannels,
  })
}

function readLimits(value: unknown = {}, name: string): SendLimits {
  const { tenMinutes, day } = readOptions<SendLimits>()(name, value, {
    tenMinutes: whole([1, 10], 3),
    day: optional(whole([1, 100], 10)),
  })
  return Object.freeze({ tenMinutes, day: whole([tenMinutes, 100], Math.max(10, tenMinutes))(day, `${name}.day`) })
}

function readHost(host: unknown, name: string): string {
  const isHost = typeof host === 'string' && /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(host) && domainToASCII(host) === host
  if (!isHost) throw new TypeError(`${name} must be a host name in lower case, such as 'app.example'`)
  return host
}

function readChannels(value: unknown, name: string): readonly Channel[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? ['mail', 'sms'] : []
  const channels = list.filter((channel) => channel === 'mail' || channel === 'sms')
  if (channels.length > 0 && channels.length === list.length) return Object.freeze(channels)
  throw new TypeError(`${name} must be a list of 'mail' and 'sms'`)
}
