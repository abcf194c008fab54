const growing = 'core/src/rules/enroll.ts'
const codes = 'core/src/operations/account/backup-codes.ts'
const recoveryCode = 'core/src/factors/recovery-code/recovery-code.ts'
const notAsked = '{ provedAt: nowMs, nowMs }'
const asked = '{ provedAt: call.provedAt, nowMs }'

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const enrollment = [
  {
    name: 'an activation token is good twice',
    threats: ['enrollment'],
    changes: [{ file: growing, search: 'epoch: record.epoch + 1', replace: 'epoch: record.epoch' }],
  },
  {
    name: 'a further authenticator takes no fresh proof',
    threats: ['enrollment', 'sessions'],
    changes: [
      {
        file: 'core/src/operations/enrollment/begin.ts',
        search: 'isEnabled(record) ? freshRefusal(core, record, { provedAt, nowMs }) : null',
        replace: 'null',
      },
    ],
  },
  {
    name: 'every authenticator hands out recovery codes',
    threats: ['enrollment'],
    changes: [{ file: growing, search: 'if (isEnabled(record)) return { record: grown, codes: [] }', replace: '' }],
  },
  {
    name: 'the limit of authenticators is not kept',
    threats: ['enrollment'],
    changes: [{ file: 'core/src/rules/enroll.ts', search: '.length < limit)', replace: '.length < limit + 1)' }],
  },
  {
    name: "a colon in a user's name parts the label",
    threats: ['enrollment'],
    changes: [{ file: 'core/src/factors/totp/provisioning.ts', search: ".replaceAll(':', '.')", replace: '' }],
  },
  {
    name: 'a name may hold line ends',
    threats: ['enrollment'],
    changes: [{ file: 'core/src/texts.ts', search: ' && !unprintable.test(text)', replace: '' }],
  },
]

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const recoveryCodes = [
  {
    name: 'a recovery code is not marked used',
    threats: ['recovery-codes'],
    changes: [{ file: recoveryCode, search: '{ ...entry, used: true }', replace: 'entry' }],
  },
  {
    name: 'a recovery code marked used works',
    threats: ['recovery-codes'],
    changes: [
      { file: recoveryCode, search: 'if (found.used === true) return', replace: 'if (found.code === null) return' },
    ],
  },
  {
    name: 'old recovery codes live on beside new ones',
    threats: ['recovery-codes'],
    changes: [
      {
        file: codes,
        search: '[...record.authenticators.filter((entry) => entry.type !== type), set]',
        replace: '[...record.authenticators, set]',
      },
    ],
  },
  {
    name: 'recovery codes survive the last authenticator',
    threats: ['recovery-codes'],
    changes: [
      {
        file: 'core/src/rules/authenticators.ts',
        search: 'authenticators: [],\n    states: lastingStates(terms, record)',
        replace: 'authenticators,\n    states: {}',
      },
    ],
  },
  {
    name: 'the beginning of a recovery code is enough',
    threats: ['recovery-codes'],
    changes: [
      {
        file: recoveryCode,
        search: 'lengths.includes(code.length)',
        replace: 'lengths.some((length) => code.length <= length)',
      },
      {
        file: 'core/src/factors/recovery-code/readable-set.ts',
        search: 'const candidate = Buffer.from(entry.code)',
        replace: 'const candidate = Buffer.from(entry.code).subarray(0, wanted.length)',
      },
    ],
  },
  {
    name: 'nobody is told that recovery codes run out',
    threats: ['recovery-codes'],
    changes: [{ file: 'core/src/rules/prove.ts', search: 'left <= lowCodes', replace: 'left < 0' }],
  },
  {
    name: 'the SQL storage takes user ids without case',
    test: 'a database might take for one another',
    threats: ['recovery-codes'],
    changes: [
      {
        file: 'sql/src/statements.ts',
        search: 'sql`${key} = ${userId} AND ${dialect.same(key, userId)}$',
        replace: 'sql`${key} = ${userId} COLLATE NOCASE$',
      },
    ],
  },
]

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const sessions = [
  {
    name: 'recovery codes are shown without a fresh proof',
    threats: ['sessions'],
    changes: [
      {
        file: codes,
        search: `about: { factor: type } }\n    const refusal = freshRefusal(core, record, ${asked})`,
        replace: `about: { factor: type } }\n    const refusal = freshRefusal(core, record, ${notAsked})`,
      },
    ],
  },
  {
    name: 'recovery codes are made anew without a fresh proof',
    threats: ['sessions'],
    changes: [
      {
        file: codes,
        search: `Promise<Decision<readonly string[]>> => {\n    const refusal = freshRefusal(core, record, ${asked})`,
        replace: `Promise<Decision<readonly string[]>> => {\n    const refusal = freshRefusal(core, record, ${notAsked})`,
      },
    ],
  },
  {
    name: 'an authenticator is removed without a fresh proof',
    threats: ['sessions'],
    changes: [{ file: 'core/src/operations/account/authenticators.ts', search: asked, replace: notAsked }],
  },
  {
    name: 'a proof never ages',
    threats: ['sessions'],
    changes: [{ file: 'core/src/rules/fresh.ts', search: 'ageSeconds <= limit.maxAgeSeconds && ', replace: '' }],
  },
  {
    name: 'a proof of the future is fresh for long',
    threats: ['sessions'],
    changes: [{ file: 'core/src/rules/fresh.ts', search: ' && ageSeconds >= -toleratedSkewSeconds', replace: '' }],
  },
  {
    name: 'a guard takes a proof of any age',
    threats: ['sessions'],
    changes: [
      {
        file: 'core/src/routes/guard.ts',
        search: '!isFresh(provedAt, { maxAgeSeconds, nowMs: core.now() })',
        replace: "typeof provedAt !== 'number'",
      },
    ],
  },
  {
    name: 'a guard takes a proof of any factor',
    threats: ['sessions'],
    changes: [
      {
        file: 'core/src/routes/guard.ts',
        search: "|| factors.includes(proof?.factor ?? '')",
        replace: '|| factors.length > 0',
      },
    ],
  },
  {
    name: 'the recovery codes are removed like an authenticator',
    threats: ['sessions'],
    changes: [
      {
        file: 'core/src/operations/account/authenticators.ts',
        search: 'return refuse(record, refusal)\n    const found = enrolledNamed(core, record, call)',
        replace:
          'return refuse(record, refusal)\n    const found = record.authenticators.find(({ id }) => id === call.id)',
      },
    ],
  },
  {
    name: 'Express keeps the session id at sign-in',
    threats: ['sessions'],
    changes: [
      {
        file: 'express/src/express-session-host.ts',
        search: 'await promisify(old.regenerate.bind(old))()',
        replace: 'void old',
      },
    ],
  },
  {
    name: 'Koa keeps the session id at sign-in',
    test: 'the session id set before',
    threats: ['sessions'],
    changes: [
      { file: 'koa/src/koa-session-host.ts', search: "write(ctx, 'regenerate')", replace: "write(ctx, 'save')" },
    ],
  },
  {
    name: 'Koa keeps the data of the session at sign-in',
    test: 'the session id set before',
    threats: ['sessions'],
    changes: [
      {
        file: 'koa/src/koa-session-host.ts',
        search: "it takes both.\n      ctx['session'] = { latchkey: state }",
        replace: "it takes both.\n      Object.assign(ctx['session'] as object, { latchkey: state })",
      },
      {
        file: 'koa/src/koa-session-host.ts',
        search: "old externalKey.\n      ctx['session'] = { latchkey: state }",
        replace: "old externalKey.\n      ctx['session'] = { ...ctx['session'] }",
      },
    ],
  },
  {
    name: 'Express signs in although the session was not stored',
    threats: ['sessions'],
    changes: [{ file: 'express/src/express-session-host.ts', search: 'session.latchkey = before', replace: '' }],
  },
  {
    name: 'Koa signs in although the session was not stored',
    test: 'a session store that fails',
    threats: ['sessions'],
    changes: [{ file: 'koa/src/koa-session-host.ts', search: "ctx['session'] = null", replace: '' }],
  },
  {
    name: 'a session survives a change of the password',
    threats: ['sessions'],
    changes: [{ file: 'core/src/hosts/session-host.ts', search: ' || digest(user) !== stamp ?', replace: ' ?' }],
  },
]
