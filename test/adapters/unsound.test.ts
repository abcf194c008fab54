/** The rule guarded here: each mistake that an adapter can make breaks the contract, in the cases that are named for it. */
import { type AdapterContractOptions, adapterContract } from '@latchkey/testing'
import express from 'express'
import { expect, test } from 'vitest'
import { expressFramework } from './express-app.ts'
import { mistaken, mistakes } from './unsound.ts'

const sound: AdapterContractOptions = expressFramework('Express 5', express)

test.each(Object.entries(mistakes))('an adapter that %s is found out', { timeout: 60_000 }, async (_name, mistake) => {
  const cases = adapterContract({
    ...sound,
    start: (setup) => sound.start({ ...setup, mfa: mistaken(setup.mfa, mistake) }),
  })
  for (const words of mistake.noticed) {
    const chosen = cases.filter(({ name }) => name.includes(words))
    const results = await Promise.allSettled(chosen.map(({ run }) => run()))
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect({ words, noticed: reasons.length > 0 }).toEqual({ words, noticed: true })
    for (const reason of reasons) expect(reason).toMatchObject({ name: 'AssertionError' })
  }
})

test('every case has a name of its own', () => {
  const names = adapterContract(sound).map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  expect(names.length).toBeGreaterThan(200)
})

test('a way of keeping sessions that is not named is not asked for', () => {
  const asked = (sessions: AdapterContractOptions['sessions']) =>
    adapterContract({ ...sound, sessions }).filter(({ name }) => name.startsWith('the sessions'))
  const named = (name: string) => name.includes('sessions in a cookie')
  expect(asked(['store', 'cookie']).some(({ name }) => named(name))).toBe(true)
  expect(asked(undefined).some(({ name }) => named(name))).toBe(false)
  expect(asked(['cookie']).some(({ name }) => name.includes('a store whose'))).toBe(false)
})
