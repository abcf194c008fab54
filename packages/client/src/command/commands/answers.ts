import { join } from 'node:path'
import { stateFolder } from '../../node/index.ts'
import { nearest } from '../arguments/nearest.ts'
import { UsageError } from '../failures.ts'
import { openAnswers } from '../sign-in/answers-file.ts'
import { keyOptions } from '../sign-in/options.ts'
import type { AnswersTask } from './answers-task.ts'
import { clean, decrypt, encrypt, list, merge, remove, validate } from './answers-work.ts'
import type { Command } from './command.ts'

/** Something to do with a file of answers. */
type Work = (task: AnswersTask) => Promise<number | undefined>

/** By name: the work, and how many words it takes besides `--file`. With `null` the only word is the file. */
const works: Readonly<Record<string, readonly [work: Work, words: readonly [number, number] | null]>> = {
  list: [list, null],
  validate: [validate, null],
  clean: [clean, null],
  merge: [merge, [1, 100]],
  remove: [remove, [1, 2]],
  encrypt: [encrypt, null],
  decrypt: [decrypt, null],
}

/** `latchkey answers` */
export const answers: Command = {
  name: 'answers',
  summary: 'keeps the file of answers to questions',
  usage: [
    'answers list|validate|clean|encrypt|decrypt [FILE] [options]',
    'answers merge OTHER… [--file FILE] [options]',
    'answers remove QUESTION [ANSWER] [--file FILE] [options]',
  ],
  arity: [1, 101],
  options: {
    file: { value: 'FILE', help: 'the file (answers.json in the state folder)' },
    show: { value: null, help: 'list: shows the answers too' },
    ...keyOptions,
  },
  about: [
    'list      shows the questions, and how many answers each has',
    'validate  shows what is wrong with the file; exit code 1 if anything is',
    'clean     drops repeated and empty entries',
    'merge     adds what other files have; the key options are for all of them',
    'remove    forgets a question, or one answer to it',
    'encrypt   with a passphrase, asked twice, or a key file, made if it is missing',
    'decrypt   writes the file unencrypted',
  ],
  run(given, shell) {
    const [name = '', ...words] = given.positionals
    const known = Object.hasOwn(works, name) ? works[name] : undefined
    if (known === undefined) throw new UsageError(unknownWork(name))
    const [work, arity] = known
    const [least, most] = arity ?? [0, given.get('file') === null ? 1 : 0]
    if (words.length < least || words.length > most) throw new UsageError(`see latchkey help answers: ${name}`)
    const named = given.get('file') ?? (arity === null ? words[0] : undefined)
    const file = named ?? join(stateFolder(shell.env), 'answers.json')
    return work({ file, open: () => openAnswers(file, given, shell), words, given, shell })
  },
}

function unknownWork(name: string): string {
  const names = Object.keys(works)
  const near = nearest(name, names)
  return near === null ? `answers takes one of ${names.join(', ')}` : `answers cannot do that: did you mean ${near}?`
}
