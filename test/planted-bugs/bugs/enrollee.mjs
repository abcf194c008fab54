const admission = 'core/src/routes/admission.ts'
const begin = 'core/src/operations/enrollment/begin.ts'
const challenge = 'core/src/operations/login/challenge.ts'
const enter = 'core/src/operations/enrollment/enrollee.ts'

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const enrollees = [
  {
    name: 'who must enroll is signed in all the same',
    test: 'the password alone opens nothing',
    threats: ['enrollee'],
    changes: [
      {
        file: challenge,
        search: "if (policy === 'optional')",
        replace: "if (policy === 'optional' || policy === 'required')",
      },
    ],
  },
  {
    name: 'a code nobody looked at goes round the demand',
    threats: ['packages/core/test/operations/enrollment/enrollee.test.ts'],
    test: 'a code in the same call',
    changes: [
      {
        file: challenge,
        search: "{ kind: 'proof', ...done } : demandEnrollment(core, user, done.record)",
        replace: "{ kind: 'proof', ...done } : { kind: 'proof', proof: core.proofs.seal(user, passwordProof(user)) }",
      },
    ],
  },
  {
    name: 'an answer that is neither word is a yes',
    threats: ['packages/core/test/operations/enrollment/enrollee.test.ts'],
    test: 'signs nobody in',
    changes: [{ file: challenge, search: "if (policy === 'optional')", replace: "if (policy !== 'required')" }],
  },
  {
    name: 'a challenge opens an enrollment',
    test: 'opens no enrollment',
    threats: ['packages/core/test/operations/enrollment/enrollee.test.ts'],
    changes: [
      { file: 'core/src/sealing/keys.ts', search: "derive('enrollment-token')", replace: "derive('ephemeral-token')" },
      {
        file: 'core/src/tokens/tokens.ts',
        search: "signedKind('enrollment', 'enrollment', ['epoch'])",
        replace: "signedKind('ephemeral', 'enrollment', ['epoch'])",
      },
    ],
  },
  {
    name: 'the token of a demand outlives the enrollment',
    test: 'two enrollments of one login',
    threats: ['enrollee'],
    changes: [
      {
        file: begin,
        search: "enrollee?.kind === 'token' ? deadToken(record, enrollee.claims) : null",
        replace: "enrollee?.kind === 'token' && !isEnabled(record) ? deadToken(record, enrollee.claims) : null",
      },
    ],
  },
  {
    name: 'any activation token signs in',
    test: 'is confirmed in it alone',
    threats: ['enrollee'],
    changes: [
      {
        file: enter,
        search:
          "return 'error' in opened || opened.isEnrollee === true ? enrolleeOf(core, opened) : { kind: 'signed_in' }",
        replace: 'return enrolleeOf(core, opened)',
      },
    ],
  },
  {
    name: 'an enrollee outlives the account and the password',
    test: 'the token dies with the account',
    threats: ['enrollee'],
    changes: [
      {
        file: 'core/src/operations/login/token-holder.ts',
        search: '!opened.hasStampOf(user) || user.id !== userId',
        replace: 'user.id !== userId',
      },
    ],
  },
  {
    name: 'a session counts before the token that was sent',
    test: "in somebody else's browser",
    threats: ['enrollee'],
    changes: [
      {
        file: admission,
        search: 'if (token === null || !isEnrollmentToken(token))',
        replace: 'if (token === null || !isEnrollmentToken(token) || (await asking.host.currentUser()) !== null)',
      },
    ],
  },
  {
    name: 'the codes of a registration are not those that come alive',
    test: 'its codes are worth nothing before',
    threats: ['enrollee'],
    changes: [
      {
        file: 'core/src/rules/enroll.ts',
        search: 'add.backups ?? (await prepareBackups(terms))',
        replace: 'await prepareBackups(terms)',
      },
    ],
  },
  {
    name: 'a stranger is told what is wrong with the body',
    threats: ['packages/core/test/routes/enrollee.test.ts'],
    test: 'a stranger learns nothing',
    changes: [
      {
        file: admission,
        search: "bodyOf(asking).catch(() => {\n    throw new MfaError('unauthenticated')\n  })",
        replace: 'bodyOf(asking)',
      },
    ],
  },
]
