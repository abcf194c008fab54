// Codes are those of a backup factor: asked of any other, it is a mistake of the caller and not an empty list.

import { expect, test } from 'vitest'
import { regenerateCodes, showCodes } from '../../../src/operations/account/backup-codes.ts'
import type { Core } from '../../../src/operations/decide.ts'
import { fixedPhrase } from '../../factors/fixed-phrase.ts'

test.each(['phrase', 'nothing'])('%s has no codes', async (type) => {
  const core = { factors: [fixedPhrase('correct horse')] } as unknown as Core
  for (const operation of [showCodes, regenerateCodes]) {
    await expect(operation(core, type, { userId: 'alice' })).rejects.toThrow(`no factor '${type}' is a backup`)
  }
})
