const prove = 'core/src/rules/prove.ts'
const proofs = 'core/src/tokens/proofs.ts'
const key = 'packages/core/test/factors/signing-key.test.ts'
const guard = 'packages/core/test/routes/guard.test.ts'
const confirmPassword = 'packages/core/test/routes/confirm-password.test.ts'

/** What a factor that signs challenges, a host that keeps a proof, and a password given again rest on. */
/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const ports = [
  {
    name: 'what a verdict spends is not kept',
    threats: [key],
    changes: [{ file: prove, search: 'spend === undefined ? found.spent', replace: 'spend !== null ? found.spent' }],
  },
  {
    name: 'what was spent is not told',
    threats: [key],
    changes: [
      {
        file: prove,
        search: 'record.spent.has(spentId(factor, id))',
        replace: 'false && spentId(factor, id) !== null',
      },
    ],
  },
  {
    name: 'what cannot be guessed is counted',
    threats: [key],
    changes: [
      { file: prove, search: 'unguessable === true ? [] : [type]', replace: 'unguessable === null ? [] : [type]' },
    ],
  },
  {
    name: 'what cannot be guessed waits',
    threats: [key],
    changes: [
      {
        file: 'core/src/rules/throttle.ts',
        search: 'unguessable === true ? undefined : record.failures[type]',
        replace: 'unguessable === null ? undefined : record.failures[type]',
      },
      { file: prove, search: 'unguessable === true ? [] : [type]', replace: 'unguessable === null ? [] : [type]' },
    ],
  },
  {
    name: 'what a wrong answer changed is not kept',
    threats: [key],
    changes: [
      { file: prove, search: 'looked = withFound(looked, factor.type, verdict)', replace: 'looked = { ...looked }' },
    ],
  },
  {
    name: 'a sign-in alone is proved by any factor',
    threats: [key],
    changes: [{ file: prove, search: '(call.only ?? type) === type', replace: "(call.only ?? '') !== type || true" }],
  },
  {
    name: 'a sign-in alone says that a password was given',
    threats: [key],
    changes: [
      { file: 'core/src/rules/proof.ts', search: "isAlone ? [] : ['pwd']", replace: "isAlone ? ['pwd'] : ['pwd']" },
    ],
  },
  {
    name: 'a user who may not sign in does so alone',
    threats: [key],
    changes: [
      {
        file: 'core/src/operations/login/sign-in.ts',
        search: 'await core.findUser(found)) ?? null)',
        replace: "await core.findUser(found)) ?? { id: found, name: '' })",
      },
    ],
  },
  {
    name: 'a challenge at the login is bound to no token',
    threats: [key],
    changes: [
      {
        file: 'core/src/operations/login/challenge.ts',
        search: 'userId: user.id, tokenId, expiresAt, randomBytes }',
        replace: "userId: user.id, tokenId: '', expiresAt, randomBytes }",
      },
    ],
  },
  {
    name: 'the keys of all factors are one',
    threats: ['packages/core/test/sealing/keys.test.ts'],
    changes: [
      {
        file: 'core/src/sealing/keys.ts',
        search: 'expand(keys.factor, `${type}/${label}`)',
        replace: 'expand(keys.factor, `${type}`.slice(0, 0) + label)',
      },
    ],
  },
  {
    name: 'a proof outlives the stamp it was made under',
    threats: [guard],
    changes: [{ file: proofs, search: 'return isOwn ?', replace: 'return isOwn || stamp !== null ?' }],
  },
  {
    name: 'a record passes for a proof',
    threats: ['packages/core/test/sealing/keys.test.ts'],
    changes: [
      {
        file: 'core/src/sealing/keys.ts',
        search: 'expand(keys[thing], `${thing}/${userId}`)',
        replace: 'expand(keys.record, `record/${userId}${thing.slice(9)}`)',
      },
    ],
  },
  {
    name: "a session's word is taken for a proof",
    threats: [guard],
    changes: [
      {
        file: 'core/src/routes/admission.ts',
        search: 'proof: proofs.open(user, proof) }',
        replace: "proof: typeof proof === 'string' ? proofs.open(user, proof) : (proof as never) }",
      },
    ],
  },
  {
    name: 'the password alone renews what takes a code',
    threats: [confirmPassword],
    changes: [
      {
        file: 'core/src/operations/login/confirm-password.ts',
        search: 'if (!isEnabled(record)) return null',
        replace: 'if (isEnabled(record) || true) return null',
      },
    ],
  },
  {
    name: 'the host is asked for a password that waits',
    threats: [confirmPassword],
    changes: [
      {
        file: 'core/src/operations/login/confirm-password.ts',
        search: 'enrolledRefusal(before) ?? passwordWait(core, before, core.now())',
        replace: 'enrolledRefusal(before) ?? (passwordWait(core, before, core.now()) && null)',
      },
    ],
  },
]
