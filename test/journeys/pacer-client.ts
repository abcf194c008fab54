// A program's client of a court's app: it logs in by itself, with codes it makes from its own secret.

import { currentCode } from './authenticator-app.ts'

/** Where the app is, by environment. */
export type Sites = Readonly<Record<'production' | 'qa', string>>

export interface PclClientOptions {
  readonly sites: Sites
  readonly environment: keyof Sites
  readonly username: string
  readonly password: string
  /** Base32; only where MFA is enabled for the account. */
  readonly secret?: string | undefined
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** Searches cases as somebody with an account. */
export class PclClient {
  readonly #options: PclClientOptions

  constructor(options: PclClientOptions) {
    this.#options = options
  }

  /** @throws Error with the code of the app's refusal */
  async searchCases(query: Readonly<Record<string, string>>): Promise<unknown> {
    const { sites, environment } = this.#options
    const headers = { Authorization: `Token ${await this.#login()}` }
    const url = new URL('/cases', sites[environment])
    url.search = new URLSearchParams(query).toString()
    return passed(await fetch(url, { headers }))
  }

  /** Logs in in one call, with a code of this very moment. */
  async #login(): Promise<string> {
    const { sites, environment, username, password, secret, now = Date.now } = this.#options
    const code = secret === undefined ? {} : { code: currentCode({ secret }, now()) }
    const body = await passed(
      await fetch(`${sites[environment]}/account/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ username, password, ...code }),
      }),
    )
    if (body['mfa_required'] === true) throw new Error('mfa_required')
    return String(body['key'])
  }
}

async function passed(response: Response): Promise<Record<string, unknown>> {
  const body = (await response.json()) as Record<string, unknown>
  if (!response.ok) throw new Error(`${response.status} ${String(body['code'])}`)
  return body
}
