// The programs of the SDK's guide, as somebody writes them with the client: whole flows, and what a client keeps on its own disk.

import { readFileSync, writeFileSync } from 'node:fs'
import { type Client, type ClientOptions, createClient, type JsonObject } from '@latchkey/client'

/** Registers, and confirms with the app's code, which signs in. */
export async function completeRegistrationFlow(
  client: Client,
  { input, print }: { readonly input: () => string; readonly print: (line: string) => void },
): Promise<void> {
  const account = { username: 'new_user', email: 'user@example.com', password: 'secure_password' }
  const setup = await client.register(account)
  print('Please scan this QR code with your authenticator app:')
  print(setup.totpUrl ?? '')
  await client.confirm(input())
}

export function saveBackupCodes(file: string, codes: readonly string[]): void {
  const lines = codes.map((code, index) => `${index + 1}. ${code}\n`)
  writeFileSync(file, `CirtusAI Backup Codes (Store Securely):\n${lines.join('')}`, { mode: 0o600 })
}

/** Configured by the environment. */
export function clientOfEnvironment(): Client {
  const { CIRTUSAI_API_URL = 'https://api.cirtusai.com', CIRTUSAI_ACCESS_TOKEN = '' } = process.env
  const tokens = { authorization: `Bearer ${CIRTUSAI_ACCESS_TOKEN}` }
  const tokenStorage = { get: () => ({ tokens, cookies: [] }), set: () => undefined }
  return createClient({ baseUrl: CIRTUSAI_API_URL, tokenStorage })
}

interface Config {
  readonly base_url: string
  readonly auto_login?: boolean
}

/** Configured by a file, which may ask for a login. */
export async function loadAuthConfig(
  file: string,
  create: (options: Pick<ClientOptions, 'baseUrl'>) => Client,
): Promise<Client> {
  const { base_url, auto_login, ...credentials } = JSON.parse(readFileSync(file, 'utf8')) as Config & JsonObject
  const client = create({ baseUrl: base_url })
  if (auto_login === true) await client.login(credentials)
  return client
}
