import type { ServerClock } from '../http/server-clock.ts'
import type { Settings } from '../options.ts'
import type { Answering, Asked } from '../ports.ts'
import { unusedCode } from '../totp/unused-code.ts'

/** A question that is asked. */
export interface AskedQuestion {
  readonly question: string
  readonly propositions: readonly string[]
}

/** What must be proven, and how to learn more about it. */
export interface Demanded {
  /** The methods that can answer, in the order in which they are tried. */
  readonly methods: readonly string[]
  /** Asks for the current question. */
  readonly question: () => Promise<AskedQuestion>
  /** Has a one-time code sent. Resolves to its destination, masked. */
  readonly send: () => Promise<string>
  readonly attemptsLeft: number
  /** Whether the previous try was refused. */
  readonly refused: boolean
  readonly signal: AbortSignal | undefined
}

/** An answer as it is sent in a body, and its source. */
export interface Given {
  readonly body: { readonly code: string } | { readonly answer: string }
  readonly by: 'secret' | 'memory' | 'person'
  readonly method: string
  /** The question that it answers. */
  readonly asked?: AskedQuestion
  /** Takes back an answer that was not sent: it is still unused. */
  readonly release?: () => Promise<void>
}

/** Gives an answer. `null` if it has none: then the next answerer is asked. */
export type Answerer = (demanded: Demanded) => Promise<Given | null>

/** A code is refused if somebody else has used its step, so one more may be right. If that fails too, the secret is wrong. */
const mostCodes = 2

/** Make the answerers of the options, in their order. They remember what was refused, so each login makes new ones. */
export function createAnswerers(settings: Settings, clock: ServerClock): readonly Answerer[] {
  const byItself = [bySecret(settings, clock), fromMemory(settings)]
  // After a refusal the last try is left to a person. Otherwise a wrong file would keep that person out for good.
  const leaving =
    (answerer: Answerer): Answerer =>
    async (demanded) =>
      demanded.refused && demanded.attemptsLeft === 1 ? null : answerer(demanded)
  return [...(settings.prompt === undefined ? byItself : byItself.map(leaving)), byPerson(settings)]
}

function bySecret({ totp, sleep, notify }: Settings, clock: ServerClock): Answerer {
  let count = 0
  return async ({ methods, signal }) => {
    if (totp === null || !methods.includes('totp') || count >= mostCodes) return null
    count += 1
    const { code, release: giveBack } = await unusedCode(totp, { clock, sleep, notify }, signal)
    const release = () => {
      count -= 1
      return giveBack()
    }
    return { body: { code }, by: 'secret', method: 'totp', release }
  }
}

/** Try each answer to a question once. Do not try one that is not among the propositions. */
function fromMemory({ answers }: Settings): Answerer {
  const tried = new Set<string>()
  return async ({ methods, question }) => {
    if (answers === undefined || !methods.includes('question')) return null
    const asked = await question()
    if (tried.has(asked.question)) return null
    const { propositions } = asked
    const known = await answers.getAll(asked.question)
    const answer = known.findLast((one) => propositions.length === 0 || propositions.includes(one))
    if (answer === undefined) return null
    tried.add(asked.question)
    return { body: { answer }, by: 'memory', method: 'question', asked }
  }
}

function byPerson({ prompt }: Settings): Answerer {
  /** A code that was sent stays valid until it is used, whatever else was typed. */
  let sentTo: string | null = null
  return async (demanded) => {
    const [method] = demanded.methods
    if (prompt === undefined || method === undefined) return null
    const { methods, attemptsLeft, refused, signal } = demanded
    const asked = method === 'question' ? await demanded.question() : null
    if (method === 'one_time_code') sentTo ??= await demanded.send()
    const { question, propositions } = asked ?? { question: null, propositions: [] }
    const request: Asked = { method, methods, question, propositions, sentTo, attemptsLeft, refused, signal }
    signal?.throwIfAborted()
    const given = await prompt(request)
    signal?.throwIfAborted()
    return given === null
      ? null
      : { body: bodyOf(given, method), by: 'person', method, ...(asked === null ? {} : { asked }) }
  }
}

/** A plain string is an answer if a question is asked first, otherwise a code. */
export function bodyOf(given: Answering, method: string | undefined): Given['body'] {
  if (typeof given !== 'string') return given
  return method === 'question' ? { answer: given } : { code: given }
}

/** Put the methods that the options prefer first. */
export function inOrder(methods: readonly string[], preferred: readonly string[]): readonly string[] {
  const first = preferred.filter((method) => methods.includes(method))
  return [...first, ...methods.filter((method) => !first.includes(method))]
}
