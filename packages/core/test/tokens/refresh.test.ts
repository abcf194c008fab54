/** The threat: a refresh token of somebody's own making, or any other token in its place. */
import { expect, test } from 'vitest'
import { bearerWorld } from '../bearer-world.ts'
import { otherSecret, refusal } from '../world.ts'
import { type Forgery, keysOf, remade } from './forge.ts'

const forgeries: readonly (readonly [string, Forgery])[] = [
  ['with the key of ephemeral tokens', { key: keysOf().ephemeral }],
  ['with the key of enrollments', { key: keysOf().enrollment }],
  ['with the key of access tokens', { key: keysOf().access }],
  ['with another secret', { key: keysOf(otherSecret).refresh }],
  ['of another type', { header: { typ: 'JWT' } }],
  ['of the type of access tokens', { header: { typ: 'at+jwt' } }],
  ['with no kid', { header: { kid: undefined } }],
  ...['iss', 'sub', 'exp', 'iat', 'jti', 'family', 'generation', 'stamp'].map((name): readonly [string, Forgery] => [
    `without ${name}`,
    { claims: { [name]: undefined } },
  ]),
  ['of another user', { claims: { sub: 'mallory' } }],
  ['of another issuer', { claims: { iss: 'another' } }],
  ['of a family that all objects have', { claims: { family: '__proto__' } }],
  ['of a family that is no text', { claims: { family: 1 } }],
  ['of a generation in between', { claims: { generation: 0.5 } }],
  ['of a generation as text', { claims: { generation: '0' } }],
]

async function signedIn() {
  const world = await bearerWorld()
  const { refreshToken, accessToken } = await world.signIn()
  const forge = (forgery: Forgery) => remade(refreshToken, keysOf().refresh, forgery)
  return { ...world, refreshToken, accessToken, forge }
}

test('forged by nothing it is taken: so a refusal is of what was changed', async () => {
  const { mfa, forge } = await signedIn()
  await expect(mfa.tokens.refresh(await forge({}))).resolves.toHaveProperty('refreshToken')
})

test.each(forgeries)('forged %s it is refused, and the family goes on', async (_, forgery) => {
  const { mfa, forge, refreshToken, rows } = await signedIn()
  const before = await rows.get('alice')
  expect((await refusal(mfa.tokens.refresh(await forge(forgery)))).code).toBe('invalid_token')
  await mfa.tokens.revoke(await forge(forgery))
  expect(await rows.get('alice')).toEqual(before)
  await expect(mfa.tokens.refresh(refreshToken)).resolves.toHaveProperty('refreshToken')
})

test('a generation that was never handed out ends the family too', async () => {
  const { mfa, forge, refreshToken, events } = await signedIn()
  expect((await refusal(mfa.tokens.refresh(await forge({ claims: { generation: 1 } })))).code).toBe('invalid_token')
  expect(events.at(-1)?.reason).toBe('reused_token')
  expect((await refusal(mfa.tokens.refresh(refreshToken))).code).toBe('invalid_token')
})

test.each([undefined, null, 42, '', '..', 'a'.repeat(100_000), {}, ['a']])('%j is no refresh token', async (token) => {
  const { mfa } = await signedIn()
  expect((await refusal(mfa.tokens.refresh(token as string))).code).toBe('invalid_token')
})
