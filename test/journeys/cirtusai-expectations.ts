// What the calls of the SDK come to, as its guide has it, with the client in its place.

import type { Client, ClientError, PendingLogin } from '@latchkey/client'
import { expect } from 'vitest'
import { newcomer } from './cirtusai-service.ts'

/** What the service answers a sign-in with: a Token. */
export const token = {
  access_token: expect.any(String),
  token_type: 'bearer',
  expires_in: 3600,
  refresh_token: expect.any(String),
}

/** A session with a Token. */
export const session = {
  answer: token,
  tokens: {
    authorization: expect.stringMatching(/^Bearer \S+$/),
    refreshToken: expect.any(String),
    expiresAtMs: expect.any(Number),
  },
}

/** A refusal with this code. */
export async function expectRefusal(
  call: Promise<unknown>,
  code: ClientError['code'],
  more: Partial<ClientError> = {},
): Promise<void> {
  await expect(call).rejects.toMatchObject({ code, ...more })
}

/** Who is signed in, as a page of the service tells that is no part of signing in. */
export async function agentsOf(client: Client): Promise<unknown> {
  const answer = await client.fetch('/v1/agents')
  return answer.status === 200 ? answer.json() : answer.status
}

/** The newcomer's login, which asks for a code. */
export async function challenge(client: Client): Promise<PendingLogin> {
  const { username, password } = newcomer
  await expectRefusal(client.login({ username, password }), 'mfa_required')
  if (client.pending === null) throw new Error('no login waits')
  return client.pending
}
