// The time a wrong password takes does not tell which users there are, and no account is given to a second person.

import { scrypt, timingSafeEqual } from 'node:crypto'
import { isMfaError } from '@latchkey/core'
import { beforeEach, expect, test, vi } from 'vitest'
import { createUsers } from '../users.js'

const carol = { username: 'carol', password: 'a new password' }

// Watched, and working as ever.
vi.mock('node:crypto', { spy: true })

beforeEach(() => {
  vi.clearAllMocks()
})

test.each(['alice', 'bob', 'carol', ''])('of "%s" a wrong password takes the same work', async (username) => {
  await expect(createUsers().checkCredentials({ username, password: 'wrong' })).resolves.toBeNull()
  const cost = { N: 2 ** 14, r: 8, p: 5 }
  expect(scrypt).toHaveBeenCalledExactlyOnceWith('wrong', expect.any(Buffer), 32, cost, expect.any(Function))
  expect(timingSafeEqual).toHaveBeenCalledOnce()
})

test('who registers may sign in from then on, and is nobody in another app', async () => {
  const users = createUsers()
  const made = await users.register(carol)
  expect(made.name).toBe('carol')
  expect(await users.checkCredentials(carol)).toEqual(made)
  expect(users.findUser(made.id)).toEqual(made)
  expect(await users.confirmPassword(made, carol.password)).toBe(true)
  expect(await users.confirmPassword(made, 'another')).toBe(false)
  const others = createUsers()
  expect(others.findUser(made.id)).toBeNull()
  expect((await others.register(carol)).id).not.toBe(made.id)
})

test('of two who want one name at one instant one gets it', async () => {
  const users = createUsers()
  const wishes = await Promise.allSettled([
    users.register(carol),
    users.register({ ...carol, password: 'another one' }),
  ])
  const refusals = wishes.flatMap((wish) => (wish.status === 'rejected' ? [wish.reason as unknown] : []))
  expect(refusals).toHaveLength(1)
  expect(isMfaError(refusals[0]) && refusals[0].errors).toEqual([{ field: 'username', message: 'is taken' }])
})
