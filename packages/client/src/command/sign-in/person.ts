import type { Answering, Asked, Prompt } from '../../ports.ts'
import type { Arguments } from '../arguments/read.ts'
import { Failed } from '../failures.ts'
import type { Shell } from '../shell.ts'
import { openPrompts, type Prompts } from '../terminal/prompts.ts'

/** No proposition has this value, since they are numbered. */
const otherWay = 'code'

/**
 * Answer once by `--code-env`, and then by a person. The prompt gives `null` if there is nobody to ask.
 *
 * @throws Failed `invalid_secret` if the variable is not set; Interrupted
 */
export function personOf(given: Arguments, shell: Shell): Prompt {
  let code = codeOf(given, shell)
  const prompts = openPrompts(shell)
  return async (asked) => {
    if (code !== null && takesCode(asked)) {
      const once = { code }
      code = null
      return once
    }
    if (!shell.mayAsk) return null
    if (asked.refused) shell.say(`That was wrong. Tries left: ${asked.attemptsLeft}.`)
    return asked.method === 'question' ? answer(asked, prompts) : { code: await prompts.hidden(messageOf(asked)) }
  }
}

function codeOf(given: Arguments, shell: Shell): string | null {
  const name = given.get('code-env')
  if (name === null) return null
  const code = shell.env[name]?.trim()
  if (!code) throw new Failed('invalid_secret', `the variable ${name} has no code`)
  return code
}

function takesCode({ methods }: Asked): boolean {
  return methods.some((method) => method !== 'question')
}

async function answer(asked: Asked, prompts: Prompts): Promise<Answering> {
  const { propositions } = asked
  const question = asked.question ?? 'Answer'
  if (propositions.length === 0) return { answer: await prompts.text(question) }
  const choices = propositions.map((label, at) => ({ value: String(at), label }))
  const other = takesCode(asked) ? [{ value: otherWay, label: 'Give a code instead' }] : []
  const chosen = await prompts.choose(question, [...choices, ...other])
  if (chosen === otherWay) return { code: await prompts.hidden('Code of an app, or recovery code') }
  return { answer: propositions[Number(chosen)] ?? '' }
}

function messageOf({ method, methods, sentTo }: Asked): string {
  const recovery = methods.includes('recovery_code') ? ', or a recovery code' : ''
  if (method === 'one_time_code') return `Code that was sent to ${sentTo ?? 'you'}${recovery}`
  if (method === 'recovery_code') return 'Recovery code'
  return `Code of your authenticator app${recovery}`
}
