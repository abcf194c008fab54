// The programs of the SDK's guide, as somebody copies them from there: whole flows, and what a client keeps on its own disk.

import { readFileSync, writeFileSync } from 'node:fs'
import { HTTPError, type Token } from './cirtusai-models.ts'
import { CirtusAIClient } from './cirtusai-sdk.ts'

/** Where a user types what is asked for. */
export type Input = (prompt: string) => string

/** Registers, and confirms with the app's code. */
export async function complete_registration_flow(
  base_url: string,
  { input, print }: { readonly input: Input; readonly print: (line: string) => void },
): Promise<CirtusAIClient> {
  const client = new CirtusAIClient(base_url)
  const setup = await client.auth.register({
    username: 'new_user',
    email: 'user@example.com',
    password: 'secure_password',
  })
  print('Please scan this QR code with your authenticator app:')
  print(setup.qr_code_url)
  await client.auth.confirm_2fa(input('Enter TOTP code to confirm setup: '))
  return client
}

/** Logs in with or without a code, as it turns out. */
export async function log_in(client: CirtusAIClient, account: Login, input: Input): Promise<Token> {
  const result = await client.auth.login(account.username, account.password)
  if ('requires_2fa_setup' in result) throw new Error('2FA has to be set up first')
  const token =
    'requires_2fa' in result ? await client.auth.verify_2fa(result.temporary_token, input('Enter TOTP code: ')) : result
  client.set_token(token.access_token)
  return token
}

export interface Login {
  readonly username: string
  readonly password: string
}

/** A client that has logged in. */
export class AuthenticatedSession {
  readonly #client: CirtusAIClient

  private constructor(client: CirtusAIClient) {
    this.#client = client
  }

  static async open(base_url: string, account: Login, input: Input): Promise<AuthenticatedSession> {
    const client = new CirtusAIClient(base_url)
    await log_in(client, account, input)
    return new AuthenticatedSession(client)
  }

  get_client(): CirtusAIClient {
    return this.#client
  }
}

/** Calls; where the access token has expired, buys another with the refresh token and calls again. */
export async function auto_refresh_client<T>(
  client: CirtusAIClient,
  keyring: Keyring,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!hasExpired(error)) throw error
    const new_tokens = await client.auth.refresh(keyring.get_password('refresh_token') ?? '')
    // Each refresh token is good once: the next one is stored before anything else can fail.
    keyring.set_password('refresh_token', String(new_tokens['refresh_token']))
    client.set_token(String(new_tokens['access_token']))
    return call()
  }
}

/** Whether another access token would help; where a fresh proof is asked for, only a code does. */
function hasExpired(error: unknown): boolean {
  const { status_code, json } = error instanceof HTTPError ? error.response : { status_code: 0, json: {} }
  return status_code === 401 && json['code'] !== 'step_up_required'
}

/** Secrets by name, in a file that its owner alone can read. */
export class Keyring {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  get_password(name: string): string | null {
    return this.#read()[name] ?? null
  }

  set_password(name: string, password: string): void {
    writeFileSync(this.#file, JSON.stringify({ ...this.#read(), [name]: password }), { mode: 0o600 })
  }

  #read(): Readonly<Record<string, string>> {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, string>
    } catch {
      return {}
    }
  }
}

export function save_backup_codes(file: string, backup_codes: readonly string[]): void {
  const lines = backup_codes.map((code, index) => `${index + 1}. ${code}\n`)
  writeFileSync(file, `CirtusAI Backup Codes (Store Securely):\n${lines.join('')}`, { mode: 0o600 })
}

/** Configured by the environment. */
export function client_of_environment(): CirtusAIClient {
  const { CIRTUSAI_API_URL = 'https://api.cirtusai.com', CIRTUSAI_ACCESS_TOKEN } = process.env
  return new CirtusAIClient(CIRTUSAI_API_URL, CIRTUSAI_ACCESS_TOKEN)
}

/** Configured by a file, which may ask for a login. */
export async function load_auth_config(config_file: string, input: Input): Promise<CirtusAIClient> {
  const config = JSON.parse(readFileSync(config_file, 'utf8')) as Login & { base_url: string; auto_login?: boolean }
  const client = new CirtusAIClient(config.base_url)
  if (config.auto_login === true) {
    const token = await client.auth.login_with_2fa(config.username, config.password, input('Enter TOTP code: '))
    client.set_token(token.access_token)
  }
  return client
}
