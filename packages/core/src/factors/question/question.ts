import { MfaError } from '../../errors.ts'
import type { JsonObject } from '../../ports.ts'
import type { Challenged, CheckInput, Enrollment, Factor, FactorCall, FactorRoute, Verdict } from '../factor.ts'
import { readChoice } from './answer.ts'
import { afterAnswer, answerable, outstandingOf, readState, shownTo } from './outstanding.ts'
import {
  checkQuestionOptions,
  type KeptQuestion,
  keptQuestion,
  type QuestionOptions,
  type QuestionSource,
} from './source.ts'

/** What an enrollment leaves in its token. */
type Pending = { readonly userId: string; readonly asked: KeptQuestion; readonly enrolled: JsonObject }

const isText = (value: unknown): string | null => (typeof value === 'string' ? null : 'must be a string')

/**
 * Questions that a user answers at login: what the user knows, as the password is. So they raise no assurance
 * (OWASP ASVS 5.0, 6.4.2; NIST SP 800-63B-4 section 3.1.1.2): the proof says `kba` and neither `mfa` nor when, it opens
 * no fresh act, and it takes another factor beside it unless `onlyFactor` says otherwise. Give it in `factors: [...]`.
 *
 * @throws TypeError that names a bad option
 */
export function questions(options: QuestionOptions): Factor {
  checkQuestionOptions(options)
  return Object.freeze<Factor>({
    type: 'question',
    title: 'Question',
    path: 'question',
    amr: ['kba'],
    weak: true,
    field: 'answer',
    fieldFault: isText,
    couldBe(answer, authenticators, { state, tokenId }) {
      const found = answerable(state, { authenticators, tokenId })
      return found !== null && readChoice(found.asked.propositions, answer) !== null
    },
    check: (input) => judge(options, input),
    enrollment: enrollmentOf(options),
    routes: [askRoute(options)],
  })
}

/** Right or wrong, the answer ends its question. */
async function judge(source: QuestionSource, input: CheckInput<JsonObject>): Promise<Verdict<JsonObject>> {
  const { userId, answer, state } = input
  const { asked, authenticator } = answerable(state, input) as NonNullable<ReturnType<typeof answerable>>
  const isRight = await isAnswer(source, { userId, asked, enrolled: authenticator.data, answer })
  const found = { authenticatorId: authenticator.id, state: afterAnswer(state, asked) }
  return isRight ? { ok: true, changed: new Map(), ...found } : { ok: false, reason: 'wrong', ...found }
}

async function isAnswer(source: QuestionSource, given: Pending & { answer: unknown }): Promise<boolean> {
  const { userId, enrolled, asked } = given
  const { question, ref, propositions } = asked
  const answer = readChoice(propositions, given.answer) as string
  return (await source.check({ userId, question, ref, answer, enrolled })) === true
}

function enrollmentOf(source: QuestionOptions): Enrollment<JsonObject> {
  return {
    limit: 1,
    name: 'Questions',
    beside: source.onlyFactor !== true,
    fields: source.store?.fields ?? {},
    paths: { begin: 'enroll', confirm: 'confirm' },
    async begin({ user, fields, randomBytes }) {
      const enrolled = (await source.store?.create({ fields, randomBytes })) ?? {}
      const asked = keptQuestion(await source.next({ userId: user.id, previous: [], enrolled }))
      return { pending: { userId: user.id, asked, enrolled } satisfies Pending, answer: toShown(asked) }
    },
    couldBe: (answer, pending) => readChoice((pending as Pending).asked.propositions, answer) !== null,
    async confirm({ answer, pending, state }) {
      const { asked, enrolled } = pending as Pending
      if (!(await isAnswer(source, { ...(pending as Pending), answer }))) return { ok: false, reason: 'wrong' }
      return { ok: true, data: enrolled, state: afterAnswer(state, asked) }
    },
  }
}

/** What a client is told of a question; no propositions where any text may be the answer. */
function toShown({ question, propositions }: KeptQuestion): { question: string; propositions: readonly string[] } {
  return { question, propositions }
}

function askRoute(source: QuestionSource): FactorRoute {
  return {
    name: 'question.ask',
    method: 'POST',
    path: '/mfa/question',
    access: 'anyone',
    fields: { ephemeral_token: isText },
    limited: true,
    handle: (call) => ask(source, call),
  }
}

/** The question that stands, or a new one. Of two that are made at one instant the first to be written stands. */
async function ask(source: QuestionSource, call: FactorCall): Promise<JsonObject> {
  const challenged = await call.challenged(call.body['ephemeral_token'] as string)
  const { user, tokenId, state } = challenged
  const [authenticator] = challenged.authenticators
  if (authenticator === undefined) throw new MfaError('not_enabled', { detail: 'Questions are not enrolled' })
  const { id: authenticatorId } = authenticator
  const standing = outstandingOf(state, authenticatorId)
  if (standing?.tokens.includes(tokenId) === true) return toShown(standing)
  const offered = standing ?? (await offer(source, challenged, authenticator))
  const given = await call.change(user.id, (now) => {
    const isOld = readState(now).answered !== readState(state).answered
    const asked = outstandingOf(now, authenticatorId) ?? (isOld ? null : offered)
    if (asked === null) return { state: now, result: null }
    return { state: shownTo(now, asked, tokenId), result: toShown(asked) }
  })
  // Somebody else was asked and has answered meanwhile: what was offered may be that very question.
  return given ?? ask(source, call)
}

async function offer(
  source: QuestionSource,
  { user, state }: Challenged,
  { id, data }: Challenged['authenticators'][number],
) {
  const { previous } = readState(state)
  const kept = keptQuestion(await source.next({ userId: user.id, previous, enrolled: data }))
  return { ...kept, authenticatorId: id, tokens: [] }
}
