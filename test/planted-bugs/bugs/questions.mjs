const question = 'core/src/factors/question/question.ts'
const outstanding = 'core/src/factors/question/outstanding.ts'
const enrolledAnswers = 'core/src/factors/question/enrolled-answers.ts'
const unitTests = 'packages/core/test/factors/question'

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const questions = [
  {
    name: 'a question outlives its answer',
    threats: ['questions'],
    changes: [
      {
        file: outstanding,
        search: 'return { asked: null, previous: [...previous',
        replace: 'return { ...readState(state), previous: [...previous',
      },
    ],
  },
  {
    name: 'each token is asked another question',
    test: 'no other question by asking again',
    threats: ['questions'],
    changes: [
      {
        file: question,
        search: 'const standing = outstandingOf(state, authenticatorId)',
        replace: 'const standing = null as ReturnType<typeof outstandingOf>',
      },
      {
        file: question,
        search: 'outstandingOf(now, authenticatorId) ?? (isOld ? null : offered)',
        replace: '(isOld ? null : offered)',
      },
    ],
  },
  {
    name: 'a token answers a question it was not asked',
    test: "another token's question",
    threats: ['questions'],
    changes: [
      {
        file: outstanding,
        search: 'return asked.tokens.includes(by.tokenId) ?',
        replace: 'return asked.tokens.length > 0 ?',
      },
    ],
  },
  {
    name: 'an answer without a token is looked at',
    test: "another token's question",
    threats: ['questions'],
    changes: [
      { file: outstanding, search: ' || by.tokenId === null) return null', replace: ') return null' },
      {
        file: outstanding,
        search: 'return asked.tokens.includes(by.tokenId) ?',
        replace: 'return by.tokenId === null || asked.tokens.includes(by.tokenId) ?',
      },
    ],
  },
  {
    name: 'an answer raises assurance',
    test: 'a login by an answer',
    threats: ['questions'],
    changes: [{ file: question, search: "strength: 'knowledge'", replace: "strength: 'possession'" }],
  },
  {
    name: 'questions stand alone',
    test: 'the only second factor',
    threats: ['questions'],
    changes: [
      {
        file: question,
        search: "role: options.onlyFactor === true ? 'primary' : 'beside'",
        replace: "role: 'primary'",
      },
    ],
  },
  {
    name: 'every token that asked is kept',
    test: 'a record that grows',
    threats: ['questions'],
    changes: [{ file: outstanding, search: '.slice(-mostTokens)', replace: '' }],
  },
  {
    name: 'every question that was asked is kept',
    test: 'a record that grows',
    threats: ['questions'],
    changes: [{ file: outstanding, search: '.slice(-mostPrevious)', replace: '' }],
  },
  {
    name: 'a refusal repeats the answers',
    test: 'answers in no event',
    threats: ['questions'],
    changes: [
      {
        file: enrolledAnswers,
        search: "return 'must have no answer twice'",
        replace: 'return `must differ: $' + '{answers.join()}`',
      },
    ],
  },
  {
    name: 'a question that was answered is offered again',
    test: 'what was offered before',
    threats: [`${unitTests}/question.test.ts`],
    changes: [{ file: question, search: '(isOld ? null : offered)', replace: 'offered' }],
  },
  {
    name: 'what is none of the propositions is looked at',
    test: 'none of the propositions',
    threats: [`${unitTests}/question.test.ts`],
    changes: [
      { file: 'core/src/factors/question/answer.ts', search: '=== given) ?? null', replace: '=== given) ?? given' },
    ],
  },
  {
    name: 'a host that gives a promise of nothing says yes',
    test: 'anything but true',
    threats: [`${unitTests}/question.test.ts`],
    changes: [{ file: question, search: 'answer, enrolled })) === true', replace: 'answer, enrolled })) !== false' }],
  },
  {
    name: 'answers are kept as they are',
    test: 'a salted hash is kept',
    threats: [`${unitTests}/enrolled-answers.test.ts`],
    changes: [
      {
        file: enrolledAnswers,
        search: 'hash: await saltedHash(normalizeAnswer(answer), salt) }',
        replace: 'hash: normalizeAnswer(answer) }',
      },
    ],
  },
  {
    name: 'one salt serves all answers of a user',
    test: 'a salt of its own',
    threats: [`${unitTests}/enrolled-answers.test.ts`],
    changes: [
      {
        file: enrolledAnswers,
        search: 'salt: newSalt(randomBytes),',
        replace: 'salt: newSalt(() => new Uint8Array(16)),',
      },
    ],
  },
]
