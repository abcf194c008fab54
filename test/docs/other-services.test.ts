/** The promise guarded here: another service checks access tokens by the published keys alone, with the code that we show. */
import { generateKeyPairSync } from 'node:crypto'
import { createMfa, type MfaOptions, memoryStorage } from '@latchkey/core'
import { bearerHost, expressMfa } from '@latchkey/express'
import { type HttpAnswer, httpClient, listen, virtualAuthenticator } from '@latchkey/testing'
import express from 'express'
import { expect, onTestFinished, test, vi } from 'vitest'
import { load } from './load.ts'

const alice = { id: '1', name: 'alice' }
const page = 'docs/bearer-tokens.md'

/** An app with the option of the page, and a key as the command there prints it. */
async function openApp() {
  vi.stubEnv('TOKEN_KEY', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  const { bearer } = (await load(page, 'Other services')) as Pick<MfaOptions, 'bearer'>
  const secret = 'Kd8sW2qF6zX0bV4nM9jH1gT5rP3yL7uC'
  const storage = memoryStorage()
  const mfa = createMfa({ secret, issuer: 'Acme', storage, findUser: () => alice, bearer })
  const auth = expressMfa(mfa, bearerHost({ mfa, checkCredentials: () => alice }))
  const { url, close } = await listen(express().use('/auth', auth.routes))
  onTestFinished(close)
  return { client: httpClient(url), url }
}

function member(answer: HttpAnswer, name: string): string {
  expect(answer).toMatchObject({ status: 200 })
  return String((answer.json() as Record<string, unknown>)[name])
}

test('who a token is of, and whether there was a second factor; and nobody where it is changed', async () => {
  const { client, url } = await openApp()
  const { fetch } = globalThis
  vi.stubGlobal('fetch', (asked: string, init: RequestInit) =>
    fetch(asked.replace('https://app.acme.example', url), init),
  )
  onTestFinished(() => void vi.unstubAllGlobals())
  const { callerOf } = (await load(page, 'In such a service')) as { callerOf: (token: string) => Promise<unknown> }
  const first = member(await client.post('/auth/login', {}), 'access_token')
  expect(await callerOf(first)).toEqual({ userId: '1', hasSecondFactor: false })

  const as = { headers: { Authorization: `Bearer ${first}` } }
  const begun = await client.get('/auth/mfa/totp/activate', as)
  const code = virtualAuthenticator(member(begun, 'totp_url')).code(Date.now())
  const answer = { activation_token: member(begun, 'activation_token'), code }
  const second = member(await client.post('/auth/mfa/totp/activate', answer, as), 'access_token')
  expect(await callerOf(second)).toEqual({ userId: '1', hasSecondFactor: true })

  const [head, , signature] = second.split('.')
  await expect(callerOf([head, first.split('.')[1], signature].join('.'))).rejects.toThrow('signature')
})
