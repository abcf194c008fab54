const prove = 'core/src/rules/prove.ts'
const throttle = 'core/src/rules/throttle.ts'

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const guessing = [
  {
    name: 'a wrong code is not charged',
    threats: ['guessing'],
    changes: [{ file: prove, search: 'return refuse(charged, error,', replace: 'return refuse(record, error,' }],
  },
  {
    name: 'a success clears the counts of other factors too',
    test: 'a recovery code clears nothing',
    threats: ['guessing'],
    changes: [
      {
        file: prove,
        search: 'lastUsedAt: nowMs }, [factor.type])',
        replace: 'lastUsedAt: nowMs }, Object.keys(record.failures))',
      },
    ],
  },
  {
    name: 'a new token clears the count',
    threats: ['guessing'],
    changes: [
      {
        file: 'core/src/operations/login/challenge.ts',
        search: 'await consult(core, act, (record) => ({ record, result: record }))',
        replace: 'await decide(core, act, (record) => ({ record: { ...record, failures: {} }, result: record }))',
      },
    ],
  },
  {
    name: 'the wait does not double',
    threats: ['guessing'],
    changes: [{ file: throttle, search: 'at.limits.waitSeconds * 2 ** over', replace: 'at.limits.waitSeconds' }],
  },
  {
    name: 'the wait grows beyond the longest',
    threats: ['guessing'],
    changes: [
      {
        file: throttle,
        search: '2 ** over, at.limits.maxWaitSeconds)',
        replace: '2 ** over, Number.MAX_SAFE_INTEGER)',
      },
    ],
  },
  {
    name: 'a right code passes while the factor waits',
    threats: ['guessing'],
    changes: [{ file: prove, search: 'gates.filter(({ gate }) => gate.open)', replace: 'gates.filter(() => true)' }],
  },
  {
    name: 'no factor is ever suspended',
    threats: ['guessing'],
    changes: [{ file: throttle, search: 'failures.count >= limits.suspendAfter', replace: 'failures.count < 0' }],
  },
  {
    name: 'the first wait begins one failure late',
    threats: ['guessing'],
    changes: [{ file: throttle, search: 'const seconds = over < 0 ?', replace: 'const seconds = over <= 0 ?' }],
  },
  {
    name: 'guesses at confirming are not counted',
    threats: ['guessing'],
    changes: [
      {
        file: 'core/src/operations/enrollment/confirm.ts',
        search: 'const charged = charge(looked, counts, at)',
        replace: 'const charged = looked',
      },
    ],
  },
  {
    name: 'guesses at the password are not counted',
    threats: ['guessing'],
    changes: [
      {
        file: 'core/src/rules/password.ts',
        search: 'return refuse(charged, new MfaError',
        replace: 'return refuse(record, new MfaError',
      },
    ],
  },
  {
    name: 'any code deactivates',
    test: "a guess at 'deactivate'",
    threats: ['guessing'],
    changes: [
      {
        file: 'core/src/operations/account/deactivate.ts',
        search: 'if (decision.error !== undefined) return decision',
        replace: '',
      },
    ],
  },
  {
    name: 'Express believes a forwarded address without a proxy',
    threats: ['guessing'],
    changes: [
      {
        file: 'express/src/express-mfa.ts',
        search: "return this.req.ip ?? ''",
        replace: "return this.req.get('X-Forwarded-For') ?? ''",
      },
    ],
  },
  {
    name: 'Koa believes a forwarded address without a proxy',
    test: 'Koa 3',
    threats: ['guessing'],
    changes: [
      {
        file: 'koa/src/koa-mfa.ts',
        search: 'return this.ctx.ip',
        replace: "return this.ctx.get('X-Forwarded-For')",
      },
    ],
  },
  {
    name: 'a limiter that fails lets everybody through',
    threats: ['guessing'],
    changes: [
      {
        file: 'core/src/routes/handler.ts',
        search: "throw new MfaError('storage_unavailable', { cause: refusal })",
        replace: 'return',
      },
    ],
  },
  {
    name: 'a flood on one user is worked off before anybody else is heard',
    test: 'lets everybody else have their turn',
    threats: ['packages/core/test/commit/user-queue.test.ts'],
    changes: [{ file: 'core/src/commit/user-queue.ts', search: '        await nextTurn()\n', replace: '' }],
  },
  {
    name: 'each guess on a token has its signature looked at',
    test: 'is looked at once',
    threats: ['packages/core/test/tokens/in-flight.test.ts'],
    changes: [{ file: 'core/src/tokens/in-flight.ts', search: 'if (known !== undefined) return known', replace: '' }],
  },
  {
    name: 'a token that was good once is good for ever',
    test: 'nothing is remembered',
    threats: ['packages/core/test/tokens/in-flight.test.ts'],
    changes: [
      {
        file: 'core/src/tokens/in-flight.ts',
        search: '    asked.then(leave, leave)\n',
        replace: '    asked.catch(leave)\n',
      },
    ],
  },
]
