// The factor port at its smallest: a phrase everybody knows, given in `factors: [...]`.

import type { Factor } from '../../src/index.ts'

/** A factor that takes one phrase, each authenticator of it once an hour. */
export function fixedPhrase(phrase: string, type = 'phrase'): Factor {
  const right = (answer: unknown): boolean => answer === phrase
  const isText = (answer: unknown): boolean => typeof answer === 'string' && answer !== ''
  return {
    type,
    title: 'Phrase',
    path: type,
    amr: ['kba'],
    field: 'phrase',
    fieldFault: (value) => (typeof value === 'string' ? null : 'must be a string'),
    couldBe: isText,
    check({ answer, authenticators: [first], nowMs }) {
      if (first === undefined || !right(answer)) return { ok: false, reason: 'wrong' }
      if (Number(first.data['freeAt']) > nowMs) return { ok: false, reason: 'replayed', authenticatorId: first.id }
      const changed = new Map([[first.id, { freeAt: nowMs + 3_600_000 }]])
      return { ok: true, authenticatorId: first.id, changed }
    },
    enrollment: {
      limit: 1,
      name: 'Phrase',
      begin: () => ({ pending: {}, answer: { sayThis: phrase } }),
      couldBe: isText,
      confirm: ({ answer }) => (right(answer) ? { ok: true, data: { freeAt: 0 } } : { ok: false, reason: 'wrong' }),
    },
  }
}
