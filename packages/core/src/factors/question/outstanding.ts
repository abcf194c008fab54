import type { JsonObject } from '../../ports/values.ts'
import type { Authenticator } from '../../record/record.ts'
import type { AskedQuestion, KeptQuestion } from './source.ts'

/** Most tokens that may answer one question, and most questions that are remembered. */
const mostTokens = 16
export const mostPrevious = 10

/**
 * The one question a user is asked. It stands until it is answered, right or wrong, and every token is given it: otherwise
 * asking again, or logging in again, would bring an easier one for nothing.
 */
export type Outstanding = KeptQuestion & {
  /** The authenticator it was asked of: answers that are enrolled anew get a new question. */
  readonly authenticatorId: string
  /** Ids of the tokens it was shown to, which alone may answer it; the latest last. */
  readonly tokens: readonly string[]
}

/** The factor's own state of a user. It does not grow: one question, sixteen tokens, ten questions of before. */
export type QuestionState = {
  readonly asked: Outstanding | null
  readonly previous: readonly AskedQuestion[]
  /** How many were answered so far: tells whether one was in between. */
  readonly answered: number
}

/** The state as it is kept, `{}` at first. */
export function readState(state: JsonObject): QuestionState {
  return { asked: null, previous: [], answered: 0, ...state }
}

/** The question that waits for an answer of this authenticator, or null. */
export function outstandingOf(state: JsonObject, authenticatorId: string): Outstanding | null {
  const { asked } = readState(state)
  return asked?.authenticatorId === authenticatorId ? asked : null
}

/** A question that a token was shown, and whose it is. */
export interface Answerable {
  readonly asked: Outstanding
  readonly authenticator: Authenticator
}

/** The question a token was shown; null if it was shown none that still stands. */
export function answerable(
  state: JsonObject,
  by: { readonly authenticators: readonly Authenticator[]; readonly tokenId: string | null },
): Answerable | null {
  const { asked } = readState(state)
  const authenticator = by.authenticators.find(({ id }) => id === asked?.authenticatorId)
  if (asked === null || authenticator === undefined || by.tokenId === null) return null
  return asked.tokens.includes(by.tokenId) ? { asked, authenticator } : null
}

/** The state in which the question was shown to a token too. Of too many, the one that asked longest ago is dropped. */
export function shownTo(state: JsonObject, asked: Outstanding, tokenId: string): QuestionState {
  const tokens = [...asked.tokens.filter((id) => id !== tokenId), tokenId].slice(-mostTokens)
  return { ...readState(state), asked: { ...asked, tokens } }
}

/** The state after an answer, right or wrong: no question stands, and the next one may be another. */
export function afterAnswer(state: JsonObject, { question, ref }: AskedQuestion): QuestionState {
  const { previous, answered } = readState(state)
  return { asked: null, previous: [...previous, { question, ref }].slice(-mostPrevious), answered: answered + 1 }
}
