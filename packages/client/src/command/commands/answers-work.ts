import { answerCache } from '../../node/index.ts'
import { Failed, UsageError } from '../failures.ts'
import type { Shell } from '../shell.ts'
import { keyOf } from '../sign-in/answers-file.ts'
import { noticeListener } from '../terminal/notices.ts'
import { openPrompts } from '../terminal/prompts.ts'
import type { AnswersTask } from './answers-task.ts'

type Done = Promise<number | undefined>

/** List the questions. Show answers only on request, since somebody may look over a shoulder. */
export async function list({ open, given, shell }: AnswersTask): Done {
  const entries = await (await open()).entries()
  const isShown = given.has('show')
  const value = entries.map(([question, answers]) => ({
    question,
    count: answers.length,
    ...(isShown ? { answers } : {}),
  }))
  const lines = entries.flatMap(([question, answers]) => [
    `${String(answers.length).padStart(4)}  ${question}`,
    ...(isShown ? answers.map((answer) => `        ${answer}`) : []),
  ])
  shell.result(value, lines)
  if (entries.length === 0) shell.say('There are no answers.')
  return undefined
}

/** Report everything that is wrong with the file. */
export async function validate({ open, shell }: AnswersTask): Done {
  const report = await (await open()).validate()
  const { ok, exists, encrypted, questions, answers, faults, warnings } = report
  const kind = exists ? (encrypted ? 'encrypted' : 'plain') : 'missing'
  const told = (kind: string, found: readonly { readonly question: string | null }[]) =>
    found.map((one) => `${kind}: ${one.question === null ? '' : `${one.question}: `}${textOf(one)}`)
  const state = `${ok ? 'good' : 'broken'}: ${questions} questions, ${answers} answers, ${kind}`
  shell.result(report, [state, ...told('fault', faults), ...told('warning', warnings)])
  return ok ? undefined : 1
}

function textOf(found: object): string {
  const { fault, warning } = found as { readonly fault?: string; readonly warning?: string }
  return fault ?? warning ?? ''
}

/** Drop repeated and empty entries. */
export async function clean({ open, shell }: AnswersTask): Done {
  const went = await (await open()).clean()
  const { questions, duplicates, empty } = went
  shell.result(went, [`Dropped ${questions} questions, ${duplicates} doubles and ${empty} empty answers.`])
  return undefined
}

/** Add what other files have. */
export async function merge({ open, words, given, shell }: AnswersTask): Done {
  const cache = await open()
  const key = keyOf(given, shell) ?? {}
  let [questions, answers] = [0, 0]
  for (const other of words) {
    const came = await cache.merge(other, key)
    questions += came.questions
    answers += came.answers
  }
  shell.result({ questions, answers }, [`Added ${questions} questions and ${answers} answers.`])
  return undefined
}

/** Forget a question, or an answer. */
export async function remove({ open, words, shell }: AnswersTask): Done {
  const [question = '', answer] = words
  const cache = await open()
  const was = await (answer === undefined ? cache.remove(question) : cache.removeAnswer(question, answer))
  if (!was) throw new Failed('not_found', 'the file does not hold exactly that')
  shell.result({ removed: true }, ['Removed.'])
  return undefined
}

/** Encrypt a file with the key that the options name. */
export async function encrypt({ file, given, shell }: AnswersTask): Done {
  const { encrypted, exists } = await answerCache(file).validate()
  if (!exists) throw new Failed('invalid_file', `${file} does not exist`)
  if (encrypted) throw new Failed('invalid_file', `${file} is encrypted already: decrypt it first`)
  const key = keyOf(given, shell) ?? { passphrase: await newPassphrase(shell) }
  const cache = answerCache(file, { onNotice: noticeListener(shell) })
  try {
    await cache.encrypt(key)
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message)
    throw error
  }
  shell.result({ encrypted: true }, ['Encrypted.'])
  return undefined
}

async function newPassphrase(shell: Shell): Promise<string> {
  if (!shell.mayAsk) throw new UsageError('there is nobody to ask: use --passphrase-env or --key-file')
  const prompts = openPrompts(shell)
  const passphrase = await prompts.hidden('New passphrase, of 8 characters or more')
  if ((await prompts.hidden('The same again')) !== passphrase)
    throw new Failed('invalid_request', 'the passphrases differ: nothing was changed')
  return passphrase
}

/** Decrypt a file. Only its owner can read it. */
export async function decrypt({ open, shell }: AnswersTask): Done {
  await (await open()).decrypt()
  shell.result({ encrypted: false }, ['Decrypted.'])
  return undefined
}
