const commit = 'core/src/commit/commit.ts'
const deletion = 'packages/core/test/commit/delete.test.ts'
const asked = 'core/src/rules/prove.ts'

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const storage = [
  {
    name: 'an answer leaves before its write',
    test: 'no answer leaves before its write',
    threats: ['storage'],
    changes: [
      {
        file: commit,
        search:
          'if (await failClosed(async () => put(userId, seal(userId, outcome.record), stored?.revision ?? null)))\n        return outcome',
        replace:
          'void failClosed(async () => put(userId, seal(userId, outcome.record), stored?.revision ?? null)).catch(() => null)\n      return outcome',
      },
    ],
  },
  {
    name: 'a storage that cannot be read has no record',
    threats: ['storage'],
    changes: [
      {
        file: commit,
        search: 'failClosed(async () => open(userId, await storage.get(userId)))',
        replace: 'failClosed(async () => open(userId, await storage.get(userId).catch(() => null)))',
      },
    ],
  },
  {
    name: 'a record that does not open is an empty one',
    test: 'a record that is corrupt',
    threats: ['storage'],
    changes: [
      {
        file: commit,
        search: 'if (orElse === undefined) throw error\n      return orElse',
        replace: 'return orElse ?? emptyRecord',
      },
    ],
  },
  {
    name: 'a record of the future is read',
    test: 'a record of a later format',
    threats: ['storage'],
    changes: [
      { file: 'core/src/record/codec.ts', search: 'if (record?.format !== 1)', replace: 'if (!record?.format)' },
    ],
  },
  {
    name: 'a write that threw is tried again',
    threats: ['storage'],
    changes: [
      {
        file: commit,
        search: '      throw error\n    }\n  }\n\n  const change',
        replace: '      return false\n    }\n  }\n\n  const change',
      },
    ],
  },
  {
    name: 'a write that threw counts as done',
    threats: ['storage'],
    changes: [
      {
        file: commit,
        search: '      throw error\n    }\n  }\n\n  const change',
        replace: '      return true\n    }\n  }\n\n  const change',
      },
    ],
  },
  {
    name: 'nobody reads again what became of a write',
    test: "'verify'",
    threats: ['storage'],
    changes: [
      {
        file: commit,
        search: '(await storage.get(userId))?.revision === next.revision',
        replace: 'next === undefined',
      },
    ],
  },
  {
    name: 'a storage that says nothing has stored',
    test: 'neither true nor false',
    threats: ['storage'],
    changes: [
      {
        file: commit,
        search: 'put(userId, next, expected)) === true',
        replace: 'put(userId, next, expected)) !== false',
      },
    ],
  },
  {
    name: 'a storage that says nothing has deleted',
    threats: [deletion],
    test: 'is no yes',
    changes: [
      { file: commit, search: 'delete(userId, expected)) === true', replace: 'delete(userId, expected)) !== false' },
    ],
  },
  {
    name: 'an erasure that was beaten counts as done',
    threats: [deletion],
    test: 'another writer was first',
    changes: [
      {
        file: commit,
        search: '|| (await failClosed(() => remove(userId, stored.revision)))',
        replace: '|| (await failClosed(() => remove(userId, stored.revision).then(() => true)))',
      },
    ],
  },
  {
    name: 'nobody reads again what became of an erasure',
    threats: [deletion],
    test: 'a delete that throws after it took effect',
    changes: [{ file: commit, search: 'if (stored?.revision === expected) throw error', replace: 'throw error' }],
  },
  {
    name: 'an erasure that threw counts as done',
    threats: [deletion],
    test: 'a delete that throws before it took effect',
    changes: [
      {
        file: commit,
        search: 'if (stored?.revision === expected) throw error\n      return stored === null',
        replace: 'return stored !== undefined',
      },
    ],
  },
  {
    name: 'an erasure that threw leaves what another one wrote',
    threats: [deletion],
    test: 'another writer came by meanwhile',
    changes: [{ file: commit, search: '      return stored === null\n', replace: '      return true\n' }],
  },
  {
    name: 'the memory storage deletes without comparing',
    threats: ['packages/testing/test/storage-contract.test.ts'],
    test: 'delete with another revision changes nothing',
    changes: [
      {
        file: 'core/src/memory-storage.ts',
        search: 'rows.get(userId)?.revision === expected && rows.delete(userId)',
        replace: 'expected !== undefined && rows.delete(userId)',
      },
    ],
  },
  {
    name: "another user's row opens",
    test: 'a record that is corrupt',
    threats: ['storage'],
    changes: [
      { file: 'core/src/sealing/keys.ts', search: '`${thing}/${userId}`)', replace: 'userId && thing)' },
      { file: 'core/src/sealing/seal.ts', search: '/${keyId}/${userId}`)', replace: '/${keyId}/${userId && 1}`)' },
    ],
  },
  {
    name: 'records are sealed with the last secret of the list',
    test: 'records and tokens of an older secret',
    threats: ['storage'],
    changes: [
      {
        file: 'core/src/sealing/seal.ts',
        search: 'const [first] = keySets\n',
        replace: 'const [first] = keySets.toReversed() as unknown as KeySets\n',
      },
    ],
  },
]

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const secrets = [
  {
    name: 'an event holds the code',
    threats: ['secrets'],
    changes: [
      {
        file: asked,
        search: 'failures.push(aboutFailure(factor, verdict))',
        replace: "failures.push({ ...aboutFailure(factor, verdict), authenticatorId: String(call.input['code']) })",
      },
    ],
  },
  {
    name: 'an error holds the code',
    threats: ['secrets'],
    changes: [
      {
        file: asked,
        search: '{ attemptsRemaining: attemptsRemaining(charged, counts, at) }',
        replace: "{ cause: call.input['code'], attemptsRemaining: attemptsRemaining(charged, counts, at) }",
      },
    ],
  },
  {
    name: 'an answer repeats the body it could not read',
    threats: ['secrets'],
    changes: [
      { file: 'core/src/routes/read-body.ts', search: "detail: 'the body is not JSON'", replace: 'detail: text' },
    ],
  },
  {
    name: 'an answer may be cached',
    threats: ['guessing'],
    changes: [{ file: 'core/src/routes/answer.ts', search: "{ 'Cache-Control': 'no-store' }", replace: '{}' }],
  },
  {
    name: 'the answer to a sign-in tells all of the user',
    threats: ['secrets'],
    changes: [
      {
        file: 'core/src/hosts/session-host.ts',
        search: '{ user: { id: user.id, name: user.name } }',
        replace: '{ user }',
      },
    ],
  },
  {
    name: 'a session holds the stamp as it is',
    threats: ['secrets'],
    changes: [
      {
        file: 'core/src/hosts/session-host.ts',
        search: "createHash('sha256').update(stamp).digest('base64url')",
        replace: "stamp || createHash('sha256').digest('base64url')",
      },
    ],
  },
  {
    name: 'a token holds the stamp as it is',
    threats: ['secrets'],
    changes: [
      {
        file: 'core/src/tokens/signed.ts',
        search: '{ ...claims, stamp: stampDigest(first, holder) }',
        replace: '{ ...claims, stamp: stampDigest(first, holder), was: holder.stamp }',
      },
    ],
  },
  {
    name: 'a record lies in the storage as it is',
    threats: ['secrets'],
    changes: [
      {
        file: 'core/src/commit/commit.ts',
        search: 'revision: Buffer.from(randomBytes(revisionBytes)).toString',
        replace: 'revision: encodeRecord(record) + Buffer.from(randomBytes(revisionBytes)).toString',
      },
    ],
  },
  {
    name: 'a wrong code is printed',
    threats: ['secrets'],
    changes: [
      {
        file: asked,
        search: 'const charged = charge(looked, counts, at)',
        replace: "console.error('wrong', call.input['code'])\n  const charged = charge(looked, counts, at)",
      },
    ],
  },
  {
    name: 'the status tells the secrets',
    threats: ['secrets'],
    changes: [
      {
        file: 'core/src/operations/account/status.ts',
        search: 'mfaEnabled: isEnabled(record),',
        replace: 'mfaEnabled: isEnabled(record), own: record.authenticators,',
      },
    ],
  },
]
