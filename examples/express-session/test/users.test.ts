// The time a wrong password takes does not tell which users there are.

import { scrypt, timingSafeEqual } from 'node:crypto'
import { beforeEach, expect, test, vi } from 'vitest'
import { checkCredentials, findUser } from '../users.js'

// Watched, and working as ever.
vi.mock('node:crypto', { spy: true })

beforeEach(() => {
  vi.clearAllMocks()
})

test.each(['alice', 'bob', 'carol', ''])('of "%s" a wrong password takes the same work', async (username) => {
  await expect(checkCredentials({ username, password: 'wrong' })).resolves.toBeNull()
  const cost = { N: 2 ** 14, r: 8, p: 5 }
  expect(scrypt).toHaveBeenCalledExactlyOnceWith('wrong', expect.any(Buffer), 32, cost, expect.any(Function))
  expect(timingSafeEqual).toHaveBeenCalledOnce()
})

test('a user who is found by id is the one who signs in', async () => {
  const alice = await checkCredentials({ username: 'alice', password: 'correct horse battery staple' })
  expect(alice).toMatchObject({ id: '1', name: 'alice' })
  expect(findUser('1')).toEqual(alice)
  expect(findUser('3')).toBeNull()
})
