/** The promise guarded here: the questions that the page teaches to ask are asked, and the answers judged, as it says. */
import { createMfa, type Factor, memoryStorage } from '@latchkey/core'
import { virtualAuthenticator } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { load } from './load.ts'

const alice = { id: '1', name: 'alice' }

test('the source on the page enrolls with one question and confirms with its answer', async () => {
  const { factor } = (await load('docs/questions.md', 'Questions of your own')) as { factor: Factor }
  const mfa = createMfa({
    secret: 'Qm8vT2xL6yN4cR9wJ1zK7sB3hD5fG0pA',
    issuer: 'Acme',
    storage: memoryStorage(),
    findUser: () => alice,
    factors: [factor],
  })
  const { totpUrl, activationToken } = await mfa.begin('totp', alice)
  const code = virtualAuthenticator(totpUrl).code(Date.now())
  const { provedAt } = (await mfa.confirm('totp', alice, { activationToken, code })).proof
  const begun = await mfa.begin('question', alice, { provedAt })
  expect(begun).toMatchObject({ question: 'Where do you live?', propositions: ['Paris', 'Évry', 'Lyon', 'Nantes'] })
  const confirm = (answer: string) => mfa.confirm('question', alice, { activationToken: begun.activationToken, answer })
  await expect(confirm('Orly')).rejects.toMatchObject({ attemptsRemaining: 5 })
  await expect(confirm('Paris')).rejects.toMatchObject({ attemptsRemaining: 4 })
  expect((await confirm(' evry')).proof).toMatchObject({ amr: ['pwd', 'kba'], provedAt: null })
})
