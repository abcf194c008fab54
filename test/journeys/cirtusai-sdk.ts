// The SDK of a service, for its users' programs.

import { AuthClient, type Connection } from './cirtusai-auth.ts'
import { type Dict, errorOf } from './cirtusai-models.ts'

/** Talks to the service, as the holder of a token once there is one. */
export class CirtusAIClient implements Connection {
  readonly auth: AuthClient
  readonly #base_url: string
  #token: string | undefined

  constructor(base_url: string, token?: string) {
    this.#base_url = base_url
    this.#token = token
    this.auth = new AuthClient(this)
  }

  set_token(token: string): void {
    this.#token = token
  }

  /** A page of the service that is no part of signing in. */
  some_api_call(): Promise<Dict> {
    return this.call('GET', '/agents')
  }

  async call(method: string, path: string, json?: Dict): Promise<Dict> {
    return JSON.parse((await this.fetch_bytes(method, path, json)).toString()) as Dict
  }

  /** @throws HTTPError, or TwoFactorAuthenticationError */
  async fetch_bytes(method: string, path: string, json?: Dict): Promise<Buffer> {
    const response = await fetch(`${this.#base_url}${path}`, {
      method,
      headers: {
        ...(this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` }),
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    if (!response.ok) throw errorOf(path, response.status, JSON.parse(bytes.toString()) as Dict)
    return bytes
  }
}
