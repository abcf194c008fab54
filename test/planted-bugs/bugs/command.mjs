const tests = 'packages/client/test/command'
const source = 'client/src/command'

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const command = [
  {
    name: 'the command prints what a server sends as it is',
    threats: [`${tests}/terminal/injection.test.ts`],
    changes: [
      {
        file: `${source}/terminal/plain-text.ts`,
        search: "replace(controls, '')",
        replace: "replace('', '')",
      },
    ],
  },
  {
    name: 'the command prints JSON with the controls that JSON lets stand',
    threats: [`${tests}/terminal/injection.test.ts`],
    changes: [
      {
        file: `${source}/terminal/plain-text.ts`,
        search: 'JSON.stringify(value).replace(controls',
        replace: 'JSON.stringify(value).replace(/$^/g',
      },
    ],
  },
  {
    name: 'propositions are drawn as the server sends them',
    test: 'a hostile question and its propositions',
    threats: [`${tests}/terminal/injection.test.ts`],
    changes: [{ file: `${source}/terminal/prompts.ts`, search: 'label: plainText(label)', replace: 'label' }],
  },
  {
    name: 'errors of a server are told as it sends them',
    test: 'hostile server',
    threats: [`${tests}/terminal/injection.test.ts`],
    changes: [
      {
        file: `${source}/terminal/report-error.ts`,
        search: "${paint('red', 'latchkey:')} ${plainText(message)}",
        replace: "${paint('red', 'latchkey:')} ${message}",
      },
    ],
  },
  {
    name: 'passwords and codes are shown while they are typed',
    test: 'a wrong code asks again',
    threats: [`${tests}/at-terminal.test.ts`],
    changes: [{ file: `${source}/terminal/prompts.ts`, search: 'clack.password({', replace: 'clack.text({' }],
  },
  {
    name: 'the command asks where no terminal is',
    test: 'a question that nobody answers',
    threats: [`${tests}/without-terminal.test.ts`],
    changes: [{ file: `${source}/shell.ts`, search: 'mayAsk: isTerminal(io) &&', replace: 'mayAsk:' }],
  },
  {
    name: 'a secret as an option is unknown, with no word of why',
    threats: [`${tests}/arguments/read.test.ts`],
    changes: [
      { file: `${source}/arguments/read.ts`, search: 'if (secrets.includes(name)) {', replace: 'if (name === null) {' },
    ],
  },
  {
    name: 'a word that may be a secret is repeated in the error',
    threats: [`${tests}/arguments/read.test.ts`, `${tests}/run.test.ts`],
    changes: [
      {
        file: `${source}/arguments/read.ts`,
        search: "return /^[a-z-]{1,18}$/.test(word) ? word : '…'",
        replace: 'return word',
      },
    ],
  },
  {
    name: 'a password is taken as a field of the arguments',
    threats: [`${tests}/run.test.ts`],
    changes: [
      {
        file: `${source}/sign-in/credentials.ts`,
        search: 'if (secretFields.includes(name))',
        replace: "if (name === '')",
      },
    ],
  },
  {
    name: 'a new secret is written over another one',
    test: 'a secret is never written over another',
    threats: [`${tests}/without-terminal.test.ts`],
    changes: [
      {
        file: `${source}/enrollment/secret-file.ts`,
        search: 'if ((await file.read()) !== null)',
        replace: 'if ((await file.read()) === undefined)',
      },
    ],
  },
  {
    name: 'the step of the first code is not taken',
    test: 'a program enrolls with',
    threats: [`${tests}/without-terminal.test.ts`],
    changes: [{ file: `${source}/enrollment/secret-file.ts`, search: ', steps: stepsOf(given, shell)', replace: '' }],
  },
  {
    name: 'answers are listed though nobody asked to see them',
    test: 'list shows questions',
    threats: [`${tests}/commands/answers.test.ts`],
    changes: [
      {
        file: `${source}/commands/answers-work.ts`,
        search: "const isShown = given.has('show')",
        replace: 'const isShown = true',
      },
    ],
  },
  {
    name: 'a QR code is drawn the wrong way round for its terminal',
    test: 'enroll draws a QR code',
    threats: [`${tests}/at-terminal.test.ts`],
    changes: [
      {
        file: `${source}/terminal/qr.ts`,
        search: 'Boolean(isDark) === hasColour',
        replace: 'Boolean(isDark) !== hasColour',
      },
    ],
  },
  {
    name: 'the end of input at a prompt leaves the terminal as it is',
    test: 'the end of input',
    threats: [`${tests}/at-terminal.test.ts`],
    changes: [{ file: `${source}/terminal/prompts.ts`, search: "key.name === 'd'", replace: "key.name === 'q'" }],
  },
  {
    name: 'a signal ends the command at once, cursor hidden and echo off',
    test: 'SIGTERM at a prompt',
    threats: [`${tests}/at-terminal.test.ts`],
    changes: [{ file: `${source}/main.ts`, search: "'SIGINT', 'SIGTERM', 'SIGHUP'] as", replace: "'SIGINT'] as" }],
  },
  {
    name: 'the file of a login that waits keeps a question that stands no more',
    test: 'the question that is asked by then',
    threats: [`${tests}/without-terminal.test.ts`],
    changes: [
      {
        file: `${source}/sign-in/sign-in.ts`,
        search: "given.get('pending') ?? given.get('resume')",
        replace: "given.get('pending')",
      },
    ],
  },
]
