/** The promise guarded here: the factor that we teach to write works as it stands, and takes each phrase once. */
import { createMfa, type Factor, memoryStorage } from '@latchkey/core'
import { expect, test } from 'vitest'
import { load } from './load.ts'

const alice = { id: '1', name: 'alice' }

async function enrolled() {
  const { phraseCard } = (await load('docs/writing-a-factor.md', 'A factor of fixed phrases')) as {
    phraseCard: () => Factor
  }
  const mfa = createMfa({
    secret: 'Qm8vT2xL6yN4cR9wJ1zK7sB3hD5fG0pA',
    issuer: 'Acme',
    storage: memoryStorage(),
    findUser: () => alice,
    factors: [phraseCard()],
  })
  const begun = await mfa.begin('phrase_card', alice)
  const phrases = begun['phrases'] as readonly string[]
  const { activationToken } = begun
  const confirmed = await mfa.confirm('phrase_card', alice, { activationToken, phrase: phrases[0] })
  return { mfa, phrases, confirmed }
}

test('a card is enrolled with one of its phrases and signs in with another', async () => {
  const { mfa, phrases, confirmed } = await enrolled()
  expect(new Set(phrases).size).toBe(8)
  expect(confirmed.authenticator).toMatchObject({ type: 'phrase_card', name: 'Card 1' })
  expect(confirmed.recoveryCodes).toHaveLength(10)
  const challenge = await mfa.challenge(alice)
  expect(challenge).toMatchObject({ methods: ['phrase_card', 'recovery_code'] })
  const spelled = ` ${phrases[1]?.toUpperCase().replaceAll(' ', '  ')}`
  if (challenge.kind !== 'challenge') throw new Error('not challenged')
  const { proof } = await mfa.verify(challenge.ephemeralToken, { phrase: spelled })
  expect(proof).toMatchObject({ factor: 'phrase_card', amr: ['pwd', 'otp', 'mfa'] })
})

test('a phrase proves once, wherever it was used', async () => {
  const { mfa, phrases } = await enrolled()
  await expect(mfa.stepUp(alice, { phrase: phrases[0] })).rejects.toMatchObject({ code: 'invalid_code' })
  await mfa.stepUp(alice, { phrase: phrases[1] })
  await expect(mfa.stepUp(alice, { phrase: phrases[1] })).rejects.toMatchObject({ attemptsRemaining: 4 })
})

test('what could not be a phrase is not counted, what could is', async () => {
  const { mfa } = await enrolled()
  await expect(mfa.stepUp(alice, { phrase: 'amber' })).rejects.toMatchObject({ attemptsRemaining: 5 })
  const wrong = 'pine pine pine pine pine pine pine pine'
  await expect(mfa.stepUp(alice, { phrase: wrong })).rejects.toMatchObject({ attemptsRemaining: 4 })
})

test('a card that runs out says so, and is no method any more', async () => {
  const { mfa, phrases } = await enrolled()
  for (const phrase of phrases.slice(1, 6)) await mfa.stepUp(alice, { phrase })
  expect(await mfa.status('1')).toMatchObject({ fewPhrases: true })
  for (const phrase of phrases.slice(6)) await mfa.stepUp(alice, { phrase })
  expect((await mfa.status('1')).methods).toEqual(['recovery_code'])
})
