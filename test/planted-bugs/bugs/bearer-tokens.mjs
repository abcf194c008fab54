const bearer = 'core/src/operations/bearer/bearer.ts'
const access = 'core/src/tokens/access.ts'
const keys = 'core/src/sealing/keys.ts'

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const bearerTokens = [
  {
    name: 'a refresh token is good as often as one likes',
    test: 'a copied refresh token',
    threats: ['bearer-tokens'],
    changes: [
      { file: bearer, search: 'if (known.generation !== generation)', replace: 'if (known.generation < generation)' },
    ],
  },
  {
    name: 'a reused refresh token is refused and its family goes on',
    test: 'a copied refresh token',
    threats: ['bearer-tokens'],
    changes: [{ file: bearer, search: 'refusedAs(withoutFamily(record, id), ', replace: 'refusedAs(record, ' }],
  },
  {
    name: 'a refresh does not move its family on',
    test: 'a copied refresh token',
    threats: ['bearer-tokens'],
    changes: [{ file: bearer, search: 'generation: generation + 1, lastUsedAt', replace: 'generation, lastUsedAt' }],
  },
  {
    name: 'a revocation leaves families alone',
    test: 'a sign-in ends with a revocation',
    threats: ['bearer-tokens'],
    changes: [
      {
        file: 'core/src/operations/operator/reset.ts',
        search: 'epoch: record.epoch + 1, families: new Map() }',
        replace: 'epoch: record.epoch + 1 }',
      },
    ],
  },
  {
    name: 'signing out ends nothing',
    test: 'a sign-in ends with a revocation',
    threats: ['bearer-tokens'],
    changes: [
      {
        file: bearer,
        search: 'isThere ? withoutFamily(record, claims.familyId) : record',
        replace: 'isThere ? record : record',
      },
    ],
  },
  {
    name: 'an access token outlives the password',
    test: 'a sign-in ends with a revocation',
    threats: ['bearer-tokens'],
    changes: [
      {
        file: access,
        search: 'keySets.some((keys) => baseClaims(payload, keys).hasStampOf(user))',
        replace: 'keySets.length > 0 || user',
      },
    ],
  },
  {
    name: 'a refresh token outlives the password',
    test: 'a sign-in ends with a revocation',
    threats: ['bearer-tokens'],
    changes: [
      {
        file: 'core/src/operations/login/token-holder.ts',
        search: '!opened.hasStampOf(user) || user.id !== userId',
        replace: 'user.id !== userId',
      },
    ],
  },
  {
    name: 'a refresh makes the proof younger',
    test: 'a proof grows old with the token',
    threats: ['bearer-tokens'],
    changes: [
      {
        file: bearer,
        search: 'const next = { ...known, generation: generation + 1, lastUsedAt: nowMs }',
        replace: 'const next = { ...known, generation: generation + 1, lastUsedAt: nowMs, provedAt: nowMs }',
      },
    ],
  },
  {
    name: 'a password alone is a fresh proof',
    test: 'a token of a password alone',
    threats: ['bearer-tokens'],
    changes: [
      {
        file: access,
        search: 'acr === passed ? authTime * 1000 : null',
        replace: 'acr === undefined ? null : authTime * 1000',
      },
    ],
  },
  {
    name: 'a step-up on a sign-in that has ended gives a token',
    threats: ['packages/core/test/operations/bearer/bearer.test.ts'],
    test: 'on a family that has ended',
    changes: [
      {
        file: bearer,
        search:
          "if (known === undefined) return refuse(record, new MfaError('unauthenticated'), { reason: 'ended_family' })",
        replace: 'if (known === undefined) return { record, result: newFamily(core, call.proof, nowMs) }',
      },
    ],
  },
  {
    name: 'sign-ins pile up',
    threats: ['packages/core/test/operations/bearer/bearer.test.ts'],
    test: 'of eleven sign-ins',
    changes: [
      { file: bearer, search: 'latest.slice(0, bearer.families)', replace: 'latest.slice(0, bearer.families * 9)' },
    ],
  },
  {
    name: 'access and refresh tokens have one key',
    threats: ['packages/core/test/tokens/access.test.ts'],
    test: 'with the key of refresh tokens',
    changes: [{ file: keys, search: "derive('access-token')", replace: "derive('refresh-token')" }],
  },
  {
    name: 'the type of an access token is not looked at',
    threats: ['packages/core/test/tokens/access.test.ts'],
    test: 'of another type',
    changes: [
      {
        file: access,
        search: '...checks(kind.typ, settings, required),',
        replace: "...checks('', settings, required), typ: undefined as never,",
      },
    ],
  },
  {
    name: 'an access token is good for every audience',
    threats: ['packages/core/test/tokens/access.test.ts'],
    test: 'for another audience',
    changes: [{ file: access, search: '          audience: access.audience,\n', replace: '' }],
  },
]
