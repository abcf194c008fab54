const node = 'client/src/node'
const tests = 'packages/client/test/node'
const processes = `${tests}/processes.test.ts`
const locks = `${tests}/file-lock.test.ts`
const privacy = `${tests}/private-file.test.ts`
const answers = `${tests}/answer-cache/answer-cache.test.ts`
const encryption = `${tests}/answer-cache/encryption.test.ts`
const steps = `${tests}/step-file.test.ts`
const canaries = `${tests}/canaries.test.ts`

const unlocked = '(async (_path, work) => work({ confirm: async () => undefined }))'

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const clientFiles = [
  {
    name: 'a process does not look who came at the same time',
    threats: [processes],
    changes: [{ file: `${node}/file-lock.ts`, search: 'if (!isLost) return own', replace: 'return own' }],
  },
  {
    name: 'a process that is gone keeps others waiting',
    test: 'keeps nobody waiting',
    threats: [processes],
    changes: [
      { file: `${node}/mark-watch.ts`, search: 'if (isOwnerGone(mark)) return true', replace: 'isOwnerGone(mark)' },
    ],
  },
  {
    name: 'a process that lives is taken for gone',
    test: 'lives keeps others out',
    threats: [processes],
    changes: [
      { file: `${node}/file-marks.ts`, search: 'process.kill(pid, 0)\n    return false', replace: 'return true' },
    ],
  },
  {
    name: 'another machine’s process is looked for on this one',
    test: 'a mark',
    threats: [locks],
    changes: [
      {
        file: `${node}/file-marks.ts`,
        search: 'if (!isOfThisHost) return false',
        replace: 'if (!isOfThisHost) return true',
      },
    ],
  },
  {
    name: 'a lock is taken over from a process that just slept',
    test: 'the machine has slept',
    threats: [locks],
    changes: [
      { file: `${node}/mark-watch.ts`, search: '- before.sinceMs >= watchMs', replace: '- before.sinceMs >= 0' },
    ],
  },
  {
    name: 'a long work lets its mark grow old',
    test: 'touches its mark',
    threats: [locks],
    changes: [
      {
        file: `${node}/file-lock.ts`,
        search: 'setInterval(touch, touchMs)',
        replace: 'setInterval(() => undefined, touchMs)',
      },
    ],
  },
  {
    name: 'who lost the lock writes all the same',
    test: 'lost the lock',
    threats: [encryption],
    changes: [
      {
        file: `${node}/file-lock.ts`,
        search: 'if ((await stat(own).catch(() => null)) === null)',
        replace: 'if ((await stat(own).catch(() => null)) === undefined)',
      },
    ],
  },
  {
    name: 'answers are written without the lock',
    test: 'lose none',
    threats: [processes],
    changes: [
      {
        file: `${node}/answer-cache/answer-file.ts`,
        search: 'change: (rule) =>\n      withLock(',
        replace: `change: (rule) =>\n      ${unlocked}(`,
      },
    ],
  },
  {
    name: 'steps are taken without the lock',
    test: 'none twice',
    threats: [processes],
    changes: [{ file: `${node}/step-file.ts`, search: 'return withLock(', replace: `return ${unlocked}(` }],
  },
  {
    name: 'tokens are refreshed side by side',
    test: 'one after the other',
    threats: [processes],
    changes: [
      { file: `${node}/token-file.ts`, search: 'withLock(own.path, work, { timeoutSeconds })', replace: 'work()' },
    ],
  },
  {
    name: 'a file is written in place',
    test: 'whole at every moment',
    threats: [processes],
    changes: [
      {
        file: `${node}/file-write.ts`,
        search: 'await rename(temporary, target)',
        replace:
          'await unlink(temporary); await unlink(target).catch(() => undefined); await writeDurably(target, bytes)',
      },
    ],
  },
  {
    name: 'a failed write leaves its text behind',
    test: 'the old file is whole',
    threats: [privacy],
    changes: [
      { file: `${node}/file-write.ts`, search: 'await unlink(temporary).catch(() => undefined)\n', replace: '\n' },
    ],
  },
  {
    name: 'a new file is open to others',
    test: 'comes back',
    threats: [privacy],
    changes: [{ file: `${node}/file-write.ts`, search: "'wx', 0o600)", replace: "'wx', 0o644)" }],
  },
  {
    name: 'a link is replaced by a file',
    test: 'a link is followed',
    threats: [privacy],
    changes: [
      {
        file: `${node}/file-target.ts`,
        search: 'if (link !== null) return',
        replace: 'if (link === undefined) return',
      },
    ],
  },
  {
    name: 'a group may go on reading',
    test: 'is repaired and told',
    threats: [privacy],
    changes: [{ file: `${node}/private-file.ts`, search: '(mode & 0o077) !== 0', replace: '(mode & 0o007) !== 0' }],
  },
  {
    name: 'any file is taken from others',
    test: 'holds something else',
    threats: [privacy],
    changes: [{ file: `${node}/private-file.ts`, search: 'isLoose && isOurs(text)', replace: 'isLoose' }],
  },
  {
    name: 'a file that cannot be closed to others is read',
    test: 'cannot be repaired',
    threats: [privacy],
    changes: [
      {
        file: `${node}/private-file.ts`,
        search: "throw invalidFile(path, 'open_to_others', error)",
        replace: 'void error',
      },
    ],
  },
  {
    name: 'a broken file of answers is overwritten',
    test: 'is never overwritten',
    threats: [answers],
    changes: [
      {
        file: `${node}/answer-cache/answers-text.ts`,
        search: 'if (first !== undefined) throw',
        replace: 'if (first === null) throw',
      },
    ],
  },
  {
    name: 'the earlier of two equal questions is dropped',
    test: 'is never overwritten',
    threats: [answers],
    changes: [
      {
        file: `${node}/answer-cache/answers-text.ts`,
        search: 'if (seen.has(question)) faults',
        replace: 'if (seen.has("")) faults',
      },
    ],
  },
  {
    name: 'a merge changes which answer is the latest',
    threats: ['packages/client/test/properties/answer-cache.test.ts'],
    changes: [
      {
        file: `${node}/answer-cache/answers.ts`,
        search: 'merged.set(question, [...known, ...fresh])',
        replace: 'merged.set(question, [...new Set([...known, ...fresh])])',
      },
    ],
  },
  {
    name: 'an error quotes the file',
    threats: [canaries],
    changes: [
      {
        file: `${node}/json-object.ts`,
        search: "} catch {\n    throw invalidFile(path, 'not_json')",
        replace: "} catch (error) {\n    throw invalidFile(path, 'not_json', error)",
      },
    ],
  },
  {
    name: 'a hostile file has its reader burn a terabyte',
    test: 'costs nothing',
    threats: [encryption],
    changes: [
      { file: `${node}/answer-cache/envelope.ts`, search: 'const mostN = 2 ** 20', replace: 'const mostN = 2 ** 33' },
    ],
  },
  {
    name: 'an altered file of answers opens',
    test: 'changed does not open',
    threats: [encryption],
    changes: [
      {
        file: `${node}/answer-cache/envelope.ts`,
        search: 'Buffer.concat([decipher.update(ciphertext), decipher.final()])',
        replace: 'decipher.update(ciphertext)',
      },
    ],
  },
  {
    name: 'a nonce is used twice under one key',
    test: 'new nonce',
    threats: [encryption],
    changes: [
      {
        file: `${node}/answer-cache/envelope.ts`,
        search: 'const nonce = randomBytes(nonceBytes)',
        replace: 'const nonce = Buffer.alloc(nonceBytes)',
      },
    ],
  },
  {
    name: 'the head of an envelope is not authentic',
    test: 'tells nothing',
    threats: [encryption],
    changes: [
      { file: `${node}/answer-cache/envelope.ts`, search: '  cipher.setAAD(associatedData(kdf))\n', replace: '' },
      { file: `${node}/answer-cache/envelope.ts`, search: '  decipher.setAAD(associatedData(kdf))\n', replace: '' },
    ],
  },
  {
    name: 'a weak key goes on',
    test: 'a weaker scrypt',
    threats: [encryption],
    changes: [
      {
        file: `${node}/answer-cache/keyring.ts`,
        search: 'known !== undefined && isSame(known, { ...known, ...cost })',
        replace: 'known !== undefined',
      },
    ],
  },
  {
    name: 'a lost key is replaced by a new one',
    test: 'no new key',
    threats: [encryption],
    changes: [
      {
        file: `${node}/answer-cache/keyring.ts`,
        search: "name === 'key-file' ? readKey(path, options)",
        replace: "name === 'key-file' ? readOrMakeKey(path, options)",
      },
    ],
  },
  {
    name: 'an encrypted file is written in plain once its key was changed',
    test: 'its cache goes on',
    threats: [encryption],
    changes: [
      {
        file: `${node}/answer-cache/answer-file.ts`,
        search: '      keyring = next\n',
        replace: '      keyring = first\n',
      },
    ],
  },
  {
    name: 'a step is given twice',
    test: 'given once',
    threats: [steps],
    changes: [
      { file: `${node}/step-file.ts`, search: '(steps.get(key) ?? -1) + 1', replace: '(steps.get(key) ?? -1)' },
    ],
  },
  {
    name: 'a step that was given back opens one that was used',
    test: 'given back if none came after',
    threats: [steps],
    changes: [
      { file: `${node}/step-file.ts`, search: 'steps.get(key) === step', replace: '(steps.get(key) ?? -1) >= step' },
    ],
  },
  {
    name: 'a full file of steps forgets the newest',
    test: 'more than 1000 secrets',
    threats: [steps],
    changes: [
      {
        file: `${node}/step-file.ts`,
        search: '[...others.slice(0, mostKeys - 1), [key, steps.get(key) ?? 0]]',
        replace: 'others.slice(0, mostKeys)',
      },
    ],
  },
]
