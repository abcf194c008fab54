// What the calls of the SDK come to, as its guide has it.

import { expect } from 'vitest'
import { HTTPError, TwoFactorAuthenticationError } from './cirtusai-models.ts'
import type { CirtusAIClient } from './cirtusai-sdk.ts'
import { newcomer } from './cirtusai-service.ts'

/** A Token. */
export const token = {
  access_token: expect.any(String),
  token_type: 'bearer',
  expires_in: 3600,
  refresh_token: expect.any(String),
}

/** A TwoFactorRequiredResponse. */
export const required = {
  requires_2fa: true,
  temporary_token: expect.any(String),
  message: '2FA verification required',
}
/** The error of a call that has to fail. */
export function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (result) => expect.fail(`it gave ${JSON.stringify(result)}`),
    (error: unknown) => error,
  )
}

/** A `TwoFactorAuthenticationError` with this code. */
export async function expectTwoFactorError(call: Promise<unknown>, code: string): Promise<void> {
  const error = await failureOf(call)
  expect(error).toBeInstanceOf(TwoFactorAuthenticationError)
  expect(error).toMatchObject({ problem: { code } })
}

/** An `HTTPError` with this code. */
export async function expectHttpError(call: Promise<unknown>, status_code: number, code: string): Promise<void> {
  const error = await failureOf(call)
  expect(error).toBeInstanceOf(HTTPError)
  expect(error).toMatchObject({ response: { status_code, json: { code } } })
}

/** The token, where there is one, opens nothing. */
export async function expectSignedOut(client: CirtusAIClient): Promise<void> {
  expect(await failureOf(client.some_api_call())).toMatchObject({ response: { status_code: 401 } })
}

/** The temporary token of the newcomer's login, which asks for a code. */
export async function challenge({ auth }: CirtusAIClient): Promise<string> {
  const result = await auth.login(newcomer.username, newcomer.password)
  expect(result).toEqual(required)
  return 'temporary_token' in result ? result.temporary_token : ''
}
