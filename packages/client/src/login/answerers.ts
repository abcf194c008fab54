import type { ServerClock } from '../http/server-clock.ts'
import type { Settings } from '../options.ts'
import type { Answering, Asked } from '../ports.ts'
import { unusedCode } from '../totp/unused-code.ts'

/** What is asked. */
export interface AskedQuestion {
  readonly question: string
  readonly propositions: readonly string[]
}

/** What has to be proven, and how one learns more of it. */
export interface Demanded {
  /** What can be answered with, in the order they are asked. */
  readonly methods: readonly string[]
  /** The question that stands. */
  readonly question: () => Promise<AskedQuestion>
  /** Has a one-time code sent; where to, masked. */
  readonly send: () => Promise<string>
  readonly attemptsLeft: number
  /** Whether the one before was refused. */
  readonly refused: boolean
  readonly signal: AbortSignal | undefined
}

/** An answer as it goes into a body, and where it is from. */
export interface Given {
  readonly body: { readonly code: string } | { readonly answer: string }
  readonly by: 'secret' | 'memory' | 'person'
  readonly method: string
  /** The question it answers. */
  readonly asked?: AskedQuestion
  /** It was not sent, and is as good as before. */
  readonly release?: () => Promise<void>
}

/** Gives an answer; `null` where it has none, and the next one is asked. */
export type Answerer = (demanded: Demanded) => Promise<Given | null>

/** A code of the own secret is refused where somebody else has used its step, so one more may be right; then it is the secret. */
const mostCodes = 2

/** What the options can answer with, in their order. They remember what was refused, so each login makes its own. */
export function createAnswerers(settings: Settings, clock: ServerClock): readonly Answerer[] {
  const byItself = [bySecret(settings, clock), fromMemory(settings)]
  // After a refusal the last try is a person's: what is wrong in a file would keep that person out for good.
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

/** Each answer to a question is tried once; one that is not among the propositions is not tried at all. */
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
  /** A code that was sent is good until it is used, whatever else was typed. */
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

/** A text alone is an answer where a question is asked first, else a code. */
export function bodyOf(given: Answering, method: string | undefined): Given['body'] {
  if (typeof given !== 'string') return given
  return method === 'question' ? { answer: given } : { code: given }
}

/** The methods that the options prefer come first. */
export function inOrder(methods: readonly string[], preferred: readonly string[]): readonly string[] {
  const first = preferred.filter((method) => methods.includes(method))
  return [...first, ...methods.filter((method) => !first.includes(method))]
}
