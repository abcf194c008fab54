const drift = 'packages/core/test/factors/totp/drift.test.ts'
const diagnose = 'packages/core/test/factors/totp/diagnose.test.ts'
const learned = 'core/src/factors/totp/drift.ts'
const examine = 'core/src/operations/factor-calls/examine.ts'

/**
 * What learning a clock's drift, and telling of it, must not open.
 * @type {readonly import('../bug.d.ts').PlantedBug[]}
 */
export const clocks = [
  {
    name: 'a drift is followed without end',
    threats: [drift],
    changes: [{ file: learned, search: 'Math.min(window, ...offsets)', replace: 'Math.min(...offsets)' }],
  },
  {
    name: 'one code is drift enough',
    threats: [drift],
    changes: [{ file: learned, search: 'const showings = 3', replace: 'const showings = 1' }],
  },
  {
    name: 'a drift widens the window',
    threats: [drift],
    changes: [
      {
        file: 'core/src/factors/totp/steps.ts',
        search: 'from: drift - window, to: drift + window',
        replace: 'from: Math.min(0, drift) - window, to: Math.max(0, drift) + window',
      },
    ],
  },
  {
    name: 'to ask what a code is worth costs nothing',
    threats: [diagnose],
    changes: [
      {
        file: examine,
        search: 'charge({ ...record, authenticators: next }, [count],',
        replace: 'charge({ ...record, authenticators: next }, [],',
      },
    ],
  },
  {
    name: 'codes are looked for while the factor waits',
    threats: [diagnose],
    changes: [
      {
        file: examine,
        search: 'if (waiting !== null) return waiting',
        replace: 'if (waiting !== null && count === "") return waiting',
      },
    ],
  },
  {
    name: 'codes are looked for without a fresh proof',
    threats: [diagnose],
    changes: [{ file: examine, search: 'if (stale !== null)', replace: 'if (stale?.code === "not_enabled")' }],
  },
  {
    name: 'a code that was found early can be used in its time',
    threats: [diagnose],
    changes: [
      {
        file: 'core/src/factors/totp/totp.ts',
        search: ' && !burned.includes(candidate)',
        replace: ' && burned !== null',
      },
    ],
  },
  {
    name: 'a code that was looked for and is wrong is told of as a success',
    threats: [diagnose],
    test: 'the event says whether',
    changes: [
      {
        file: examine,
        search: "matched ? decided : { ...decided, missed: 'wrong' }",
        replace: 'matched ? decided : decided',
      },
    ],
  },
]
