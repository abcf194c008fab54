import { join } from 'node:path'
import { MfaRequiredError } from '@latchkey/client'
import type { Message } from '@latchkey/one-time-code'
import { openExample, transfer } from '../../contract/open-example.ts'
import { temporaryFolder } from '../../contract/temporary-folder.ts'
import { buildApp } from '../app.js'

/** What the transfer answers alice. */
export const paid = { transferred: { from: 'alice', ...transfer } }

/** Opens the bank on its own clock, with the mails it has sent, and a folder for the files of a client. */
export async function openBank() {
  const mails: Message[] = []
  const bank = await openExample((options) => buildApp({ ...options, deliver: (mail) => mails.push(mail) }))
  const folder = temporaryFolder()
  const refreshes = () => bank.requests.filter((request) => request === 'POST /auth/token/refresh').length
  return { ...bank, mails, refreshes, file: (name: string) => join(folder, name) }
}

/** What a login rejects with that asks and finds nobody. */
export async function nobodyAnswers(login: Promise<unknown>) {
  const error: unknown = await login.catch((thrown: unknown) => thrown)
  if (!(error instanceof MfaRequiredError)) throw error
  return { code: error.code, methods: error.methods, propositions: error.propositions, question: error.question ?? '' }
}
