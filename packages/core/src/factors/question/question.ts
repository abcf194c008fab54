import { MfaError } from '../../errors.ts'
import { requiredText, textOf } from '../../fields.ts'
import type { JsonObject } from '../../ports/values.ts'
import { type CheckInput, defineFactor, type Enrollment, type Factor, type Verdict } from '../factor.ts'
import type { FactorCall, FactorRoute, OpenChallenge } from '../factor-route.ts'
import { readChoice } from './answer.ts'
import { type Answerable, afterAnswer, answerable, outstandingOf, readState, shownTo } from './outstanding.ts'
import {
  checkQuestionOptions,
  type KeptQuestion,
  keptQuestion,
  type QuestionOptions,
  type QuestionSource,
} from './source.ts'

/** What an enrollment leaves in its token. */
type Pending = { readonly userId: string; readonly asked: KeptQuestion; readonly enrolled: JsonObject }

/** What could be right: the answer, as it is handed to the check, and the question and authenticator it is for. */
type Given = Answerable & { readonly answer: string }

const shown = {
  question: { type: 'string' },
  propositions: { type: 'array', items: { type: 'string' }, description: 'Empty if any text may be the answer.' },
}

/**
 * Questions that a user answers at login: what the user knows, as the password is. So they raise no assurance
 * (OWASP ASVS 5.0, 6.4.2; NIST SP 800-63B-4 section 3.1.1.2): the proof says `kba` and neither `mfa` nor when, it opens
 * no fresh act, and it takes another factor beside it unless `onlyFactor` says otherwise. Give it in `factors: [...]`.
 *
 * @throws TypeError that names a bad option
 */
export function questions(options: QuestionOptions): Factor {
  checkQuestionOptions(options)
  return defineFactor<JsonObject, Given, Pending, string>({
    type: 'question',
    title: 'Question',
    path: 'question',
    amr: ['kba'],
    strength: 'knowledge',
    role: options.onlyFactor === true ? 'primary' : 'beside',
    field: { name: 'answer', ...requiredText },
    parse(given, { authenticators, state, tokenId }) {
      const found = answerable(state, { authenticators, tokenId })
      const answer = found && readChoice(found.asked.propositions, given)
      return found === null || answer === null ? null : { ...found, answer }
    },
    check: (input) => checkAnswer(options, input),
    enrollment: enrollmentOf(options),
    routes: [askRoute(options)],
  })
}

/** Right or wrong, the answer ends its question. */
async function checkAnswer(source: QuestionSource, input: CheckInput<JsonObject, Given>): Promise<Verdict> {
  const { userId, state } = input
  const { asked, authenticator, answer } = input.answer
  const isRight = await isAnswer(source, { userId, asked, enrolled: authenticator.data, answer })
  const found = { authenticatorId: authenticator.id, state: afterAnswer(state, asked) }
  return isRight ? { ok: true, ...found } : { ok: false, reason: 'wrong', ...found }
}

async function isAnswer(source: QuestionSource, given: Pending & { answer: string }): Promise<boolean> {
  const { userId, enrolled, asked, answer } = given
  const { question, ref } = asked
  return (await source.check({ userId, question, ref, answer, enrolled })) === true
}

function enrollmentOf(source: QuestionOptions): Enrollment<JsonObject, string, Pending> {
  return {
    limit: 1,
    name: 'Questions',
    fields: source.store?.fields ?? {},
    paths: { begin: 'enroll', confirm: 'confirm' },
    shown,
    async begin({ user, fields, randomBytes }) {
      const enrolled = (await source.store?.create({ fields, randomBytes })) ?? {}
      const asked = keptQuestion(await source.next({ userId: user.id, previous: [], enrolled }))
      return { pending: { userId: user.id, asked, enrolled }, answer: toShown(asked) }
    },
    parse: (answer, { asked }) => readChoice(asked.propositions, answer),
    async confirm({ answer, pending, state }) {
      const { asked, enrolled } = pending
      if (!(await isAnswer(source, { ...pending, answer }))) return { ok: false, reason: 'wrong' }
      return { ok: true, data: enrolled, state: afterAnswer(state, asked) }
    },
  }
}

/** What a client is told of a question; no propositions if any text may be the answer. */
function toShown({ question, propositions }: KeptQuestion): { question: string; propositions: readonly string[] } {
  return { question, propositions }
}

function askRoute(source: QuestionSource): FactorRoute {
  return {
    name: 'question.ask',
    method: 'POST',
    path: '/mfa/question',
    access: 'anyone',
    fields: { ephemeral_token: requiredText },
    answer: { type: 'object', required: ['question', 'propositions'], properties: shown },
    limited: true,
    handle: (call) => ask(source, call),
  }
}

/** The question that stands, or a new one. Of two that are made at one instant the first to be written stands. */
async function ask(source: QuestionSource, call: FactorCall): Promise<JsonObject> {
  const challenge = await call.openChallenge(textOf(call.body, 'ephemeral_token'))
  const { user, tokenId, state } = challenge
  const [authenticator] = challenge.authenticators
  if (authenticator === undefined) throw new MfaError('not_enabled', { detail: 'Questions are not enrolled' })
  const { id: authenticatorId } = authenticator
  const standing = outstandingOf(state, authenticatorId)
  if (standing?.tokens.includes(tokenId) === true) return toShown(standing)
  const offered = standing ?? (await offerQuestion(source, challenge, authenticator))
  const given = await call.change(user.id, (now) => {
    const isOld = readState(now).answered !== readState(state).answered
    const asked = outstandingOf(now, authenticatorId) ?? (isOld ? null : offered)
    if (asked === null) return { state: now, result: null }
    return { state: shownTo(now, asked, tokenId), result: toShown(asked) }
  })
  // Somebody else was asked and has answered meanwhile: what was offered may be that very question.
  return given ?? ask(source, call)
}

async function offerQuestion(
  source: QuestionSource,
  { user, state }: OpenChallenge,
  { id, data }: OpenChallenge['authenticators'][number],
) {
  const { previous } = readState(state)
  const kept = keptQuestion(await source.next({ userId: user.id, previous, enrolled: data }))
  return { ...kept, authenticatorId: id, tokens: [] }
}
