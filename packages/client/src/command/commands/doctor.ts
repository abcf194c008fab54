import type { ClockReading, Offer } from '../../client.ts'
import { isClientError } from '../../errors.ts'
import { isLoopback } from '../../http/loopback.ts'
import type { Arguments } from '../arguments/read.ts'
import type { Shell } from '../shell.ts'
import { openClient } from '../sign-in/open-client.ts'
import { serverOptions } from '../sign-in/options.ts'
import type { Command } from './command.ts'

const warnSkewSeconds = 5
const failSkewSeconds = 30

/** What was found out about one thing. */
interface Finding {
  readonly level: 'ok' | 'warning' | 'failure'
  /** What was looked at. */
  readonly about: string
  readonly detail: string
}

/** `latchkey doctor` */
export const doctor: Command = {
  name: 'doctor',
  summary: 'checks whether a server answers, and what is wrong with it',
  usage: ['doctor URL [options]'],
  arity: [1, 1],
  options: serverOptions,
  about: [
    'Checks the connection, the clock and what Latchkey offers. Needs no account and counts as no try.',
    `A clock that is off is a warning beyond ${warnSkewSeconds} s and a failure beyond ${failSkewSeconds} s. Exit code 1 if anything fails.`,
  ],
  async run(given, shell) {
    const { offer, findings } = await examine(given, shell)
    const lines = findings.map(({ level, about, detail }) => `${level.padEnd(7)}  ${about.padEnd(12)}  ${detail}`)
    shell.result({ offer, findings }, lines)
    return findings.some(({ level }) => level === 'failure') ? 1 : undefined
  },
}

async function examine(
  given: Arguments,
  shell: Shell,
): Promise<{ readonly offer: Offer | null; readonly findings: readonly Finding[] }> {
  const client = openClient(given, shell, { retries: 0, allowHttp: true })
  const connection = connectionOf(given.positionals[0] ?? '')
  try {
    const offer = await client.probe({ signal: shell.signal })
    return { offer, findings: [reachable(offer), connection, clockOf(offer.clock), ...findingsOf(offer)] }
  } catch (error) {
    if (!isClientError(error)) throw error
    const failure = { level: 'failure', about: 'server', detail: `${error.message} (${error.code})` } as const
    return { offer: null, findings: [failure, connection] }
  }
}

function reachable({ roundTripSeconds }: Offer): Finding {
  return { level: 'ok', about: 'server', detail: `Latchkey answered in ${Math.round(roundTripSeconds * 1000)} ms` }
}

function connectionOf(url: string): Finding {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:') return { level: 'ok', about: 'connection', detail: 'https' }
  if (isLoopback(hostname)) return { level: 'ok', about: 'connection', detail: 'http, within this machine' }
  const detail = 'http: anybody on the way can read passwords and codes'
  return { level: 'warning', about: 'connection', detail }
}

function clockOf(clock: ClockReading | null): Finding {
  if (clock === null) return { level: 'warning', about: 'clock', detail: 'the server does not tell the time' }
  const { offsetSeconds, precisionSeconds } = clock
  const off = Math.max(0, Math.abs(offsetSeconds) - precisionSeconds)
  const level = off > failSkewSeconds ? 'failure' : off > warnSkewSeconds ? 'warning' : 'ok'
  const side = offsetSeconds < 0 ? 'behind' : 'ahead of'
  const seconds = Math.abs(offsetSeconds).toFixed(1)
  return {
    level,
    about: 'clock',
    detail: `${seconds} s ${side} this machine, give or take ${precisionSeconds.toFixed(1)} s`,
  }
}

function findingsOf({ methods, registers, bearer, diagnoses }: Offer): readonly Finding[] {
  const tell = (about: string, has: boolean): Finding => ({ level: 'ok', about, detail: has ? 'yes' : 'no' })
  return [
    { level: methods.length > 0 ? 'ok' : 'warning', about: 'methods', detail: methods.join(', ') || 'none' },
    tell('registration', registers),
    tell('bearer', bearer),
    tell('diagnosis', diagnoses),
  ]
}
