import type { Client, Confirmed, Setup } from '../../client.ts'
import { isClientError } from '../../errors.ts'
import { privateFile } from '../../node/private-file.ts'
import type { Answering } from '../../ports.ts'
import { wholeNumber } from '../arguments/numbers.ts'
import type { Arguments } from '../arguments/read.ts'
import { Failed, UsageError } from '../failures.ts'
import type { Shell } from '../shell.ts'
import { openPrompts } from '../terminal/prompts.ts'
import { firstCode, keepSecret } from './secret-file.ts'
import { showSetup, writeQrCode } from './show-setup.ts'

/** Set up the factor that the options name, and confirm it by its secret or by a person. */
export async function setUpFactor(client: Client, given: Arguments, shell: Shell): Promise<Confirmed> {
  const method = given.get('method') ?? 'totp'
  demandMeans(method, given, shell)
  const [to, name] = [given.get('to'), given.get('name')]
  const setup = await client.setup(method, to === null ? {} : { to }, { signal: shell.signal })
  const options = { signal: shell.signal, ...(name === null ? {} : { name }) }
  const file = given.get('secret-out')
  await writeQrCode(client, given.get('qr'), shell)
  if (file === null) {
    showSetup(setup, shell)
    return confirmByPerson(setup, { given, shell, confirm: (answer) => client.confirm(answer, options) })
  }
  await keepSecret(file, setup)
  try {
    return await client.confirm(await firstCode(setup, { client, given, shell }), options)
  } catch (error) {
    // If the answer got lost, the account may already have this secret.
    if (isClientError(error) && error.status !== undefined && error.status < 500)
      await privateFile(file, '--secret-out').remove()
    throw error
  }
}

function demandMeans(method: string, given: Arguments, shell: Shell): void {
  for (const name of ['secret-out', 'qr']) {
    if (method !== 'totp' && given.has(name)) throw new UsageError(`--${name} is for totp`)
  }
  if (method === 'one_time_code' && !given.has('to'))
    throw new UsageError('one_time_code needs --to: where to send codes')
  if (shell.mayAsk || given.has('secret-out')) return
  if (method === 'totp') throw new UsageError('there is nobody to ask: --secret-out confirms without a person')
  throw new UsageError('there is nobody to ask for the code')
}

interface Confirming {
  readonly given: Arguments
  readonly shell: Shell
  readonly confirm: (answer: Answering) => Promise<Confirmed>
}

/** Ask again after a wrong code, for the same secret. */
async function confirmByPerson(setup: Setup, { given, shell, confirm }: Confirming): Promise<Confirmed> {
  const mostTries = wholeNumber(given, 'max-attempts', [1, 10]) ?? 3
  for (let left = mostTries; ; left -= 1) {
    const answer = await askFor(setup, shell)
    try {
      return await confirm(answer)
    } catch (error) {
      if (!isClientError(error) || error.code !== 'invalid_code' || left <= 1) throw error
      shell.say(`That was wrong. Tries left: ${left - 1}.`)
    }
  }
}

async function askFor({ method, answer }: Setup, shell: Shell): Promise<Answering> {
  const prompts = openPrompts(shell)
  if (method !== 'question') {
    const sentTo = typeof answer['sent_to'] === 'string' ? answer['sent_to'] : null
    const message = sentTo === null ? 'Code that the app shows' : `Code that was sent to ${sentTo}`
    return { code: await prompts.hidden(message) }
  }
  const { question, propositions } = answer
  if (typeof question !== 'string') throw new Failed('unexpected_answer', 'the server asked nothing', 4)
  const texts = Array.isArray(propositions) ? propositions.map(String) : []
  if (texts.length === 0) return { answer: await prompts.text(question) }
  const choices = texts.map((label) => ({ value: label, label }))
  return { answer: await prompts.choose(question, choices) }
}
