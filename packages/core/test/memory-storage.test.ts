// The storage in memory keeps the contract every other storage keeps.

import { storageContract } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { memoryStorage } from '../src/index.ts'

const rules = storageContract({ create: () => ({ storage: memoryStorage() }) })

test.each(rules.map(({ name, run }) => [name, run] as const))('%s', async (_, run) => {
  await expect(run()).resolves.toBeUndefined()
})
