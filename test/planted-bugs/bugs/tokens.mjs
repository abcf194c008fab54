const tokens = 'core/src/tokens/tokens.ts'
const signed = 'core/src/tokens/signed.ts'
const holder = 'core/src/operations/login/token-holder.ts'
const tokenState = 'core/src/rules/token-state.ts'
const verify = 'core/src/operations/login/verify.ts'
const activation = 'core/src/operations/enrollment/activation.ts'

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const token = [
  {
    name: 'a token is not spent',
    threats: ['tokens'],
    changes: [
      {
        file: verify,
        search: 'new Map([...decision.record.spent, [tokenId, claims.expiresAt]])',
        replace: 'decision.record.spent',
      },
    ],
  },
  {
    name: 'spent tokens are forgotten too early',
    threats: ['tokens'],
    changes: [
      {
        file: 'core/src/record/record.ts',
        search: '(expiresAt) => expiresAt > nowMs',
        replace: '(expiresAt) => expiresAt > nowMs + 299_000',
      },
    ],
  },
  {
    name: 'the epoch is not looked at',
    threats: ['tokens'],
    changes: [
      { file: tokenState, search: 'if (claims.epoch !== record.epoch)', replace: 'if (claims.epoch > record.epoch)' },
    ],
  },
  {
    name: 'a removal does not raise the epoch',
    test: 'tokens after a removal',
    threats: ['tokens'],
    changes: [
      {
        file: 'core/src/rules/authenticators.ts',
        search: 'const epoch = record.epoch + 1',
        replace: 'const { epoch } = record',
      },
    ],
  },
  {
    name: 'a reset begins at epoch 0 again',
    threats: ['tokens'],
    changes: [
      {
        file: 'core/src/operations/operator/reset.ts',
        search: 'record: { ...emptyRecord, epoch: record.epoch + 1 }',
        replace: 'record: { ...emptyRecord, epoch: 1 }',
      },
    ],
  },
  {
    name: 'a token survives a change of the password',
    test: 'a token whose user is gone, or has another password since',
    threats: ['tokens'],
    changes: [{ file: holder, search: '!opened.hasStampOf(user) || user.id', replace: 'user.id' }],
  },
  {
    name: 'an activation token survives a change of the password',
    test: 'a token whose user is gone, or has another password since',
    threats: ['tokens'],
    changes: [{ file: activation, search: 'claims.hasStampOf(expected.user) ? null', replace: 'claims ? null' }],
  },
  {
    name: 'nobody asks whether the user is still there',
    test: 'a token whose user is gone, or has another password since',
    threats: ['tokens'],
    changes: [
      {
        file: holder,
        search: 'const user = (await core.findUser(userId)) ?? null',
        replace: 'const user = { id: userId, name: userId } as User | null',
      },
      { file: holder, search: '!opened.hasStampOf(user) || user.id', replace: 'user.id' },
    ],
  },
  {
    name: 'the type of a token is not looked at',
    threats: ['tokens'],
    changes: [{ file: signed, search: '    typ,\n    issuer', replace: '    issuer' }],
  },
  {
    name: 'both kinds of token have one key',
    threats: ['tokens'],
    changes: [
      { file: 'core/src/sealing/keys.ts', search: "derive('activation-token')", replace: "derive('ephemeral-token')" },
    ],
  },
  {
    name: 'a key id nobody knows means the first key',
    threats: ['tokens'],
    changes: [
      { file: signed, search: 'find(({ id }) => id === kid)', replace: 'find(({ id }) => id === kid) ?? keySets[0]' },
    ],
  },
  {
    name: 'any algorithm will do',
    threats: ['tokens'],
    changes: [{ file: tokens, search: 'keyManagementAlgorithms: [activation.alg],', replace: '' }],
  },
  {
    name: 'a token has several spellings',
    threats: ['tokens'],
    changes: [
      {
        file: 'core/src/tokens/opening.ts',
        search: "found.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)",
        replace: 'found.every((part) => typeof part === "string")',
      },
    ],
  },
  {
    name: 'a token never expires',
    test: 'tokens after their time',
    threats: ['tokens'],
    changes: [{ file: signed, search: 'currentDate: new Date(settings.now())', replace: 'currentDate: new Date(0)' }],
  },
  {
    name: 'a token without an end is taken',
    threats: ['tokens'],
    changes: [{ file: signed, search: "'iat', 'exp', 'stamp'", replace: "'iat', 'stamp'" }],
  },
  {
    name: 'a token of another issuer is taken',
    threats: ['tokens'],
    changes: [{ file: signed, search: '    issuer: settings.issuer,\n', replace: '' }],
  },
  {
    name: "another user's activation token is taken",
    threats: ['enrollment', 'tokens'],
    changes: [{ file: activation, search: 'claims.userId !== expected.user.id', replace: "claims.userId === ''" }],
  },
  {
    name: 'the QR code is shown after the activation too',
    threats: ['enrollment', 'tokens'],
    changes: [
      {
        file: activation,
        search: 'if (dead !== null) return refuse(record, dead.error, { factor: type, reason: dead.reason })',
        replace: '',
      },
    ],
  },
]
