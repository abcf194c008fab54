const totp = 'core/src/factors/totp/totp.ts'
const latest = 'candidate > lastStep && '

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const replay = [
  {
    name: 'a time step is taken again',
    threats: ['replay'],
    changes: [{ file: totp, search: latest, replace: '' }],
  },
  {
    name: 'a code that was used elsewhere passes a step-up',
    test: 'a code that passed',
    threats: ['replay'],
    changes: [
      {
        file: totp,
        search: latest,
        replace: "(candidate > lastStep || input.purpose === 'step_up') && ",
      },
    ],
  },
  {
    name: 'an older step passes after a newer one',
    threats: ['replay'],
    changes: [{ file: totp, search: 'candidate > lastStep', replace: 'candidate !== lastStep' }],
  },
  {
    name: 'a code is spent for one of two authenticators with its secret',
    threats: ['replay'],
    changes: [{ file: totp, search: 'accepted.map((found)', replace: 'accepted.slice(0, 1).map((found)' }],
  },
  {
    name: 'the code of the enrollment is good once more',
    threats: ['replay'],
    changes: [
      { file: totp, search: 'data: { ...source, lastStep: step }', replace: 'data: { ...source, lastStep: -1 }' },
    ],
  },
  {
    name: 'a step-up is not written',
    threats: ['replay'],
    changes: [
      {
        file: 'core/src/rules/prove.ts',
        search: 'record: next,',
        replace: "record: by.purpose === 'step_up' ? record : next,",
      },
    ],
  },
  {
    name: 'full-width digits are digits',
    threats: ['replay'],
    changes: [
      {
        file: 'core/src/factors/codes.ts',
        search: "code.replace(/[ -]/g, '')",
        replace: "code.normalize('NFKC').replace(/[ -]/g, '')",
      },
    ],
  },
  {
    name: 'the memory storage writes without comparing',
    threats: ['replay'],
    changes: [
      {
        file: 'core/src/memory-storage.ts',
        search: 'if ((rows.get(userId)?.revision ?? null) !== expected) return false',
        replace: '',
      },
    ],
  },
  {
    name: 'the SQL storage writes without comparing',
    test: 'over SQLite',
    threats: ['replay'],
    changes: [
      {
        file: 'sql/src/statements.ts',
        search: '${assign(next)} WHERE ${isUser(userId)} AND ${isRevision(expected)}$',
        replace: '${assign(next)} WHERE ${isUser(userId)}$',
      },
    ],
  },
  {
    name: 'a write that was beaten counts as done',
    threats: ['replay'],
    changes: [
      {
        file: 'core/src/commit/commit.ts',
        search: 'put(userId, next, expected)) === true',
        replace: 'put(userId, next, expected)) !== undefined',
      },
    ],
  },
]
