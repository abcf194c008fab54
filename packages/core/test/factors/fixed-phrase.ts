// The factor port at its smallest: a phrase everybody knows, given in `factors: [...]`.

import { defineFactor, type Factor, requiredText } from '../../src/index.ts'

/** A factor that takes one phrase, each authenticator of it once an hour. */
export function fixedPhrase(phrase: string, type = 'phrase'): Factor {
  const right = (answer: string): boolean => answer === phrase
  const parse = (answer: unknown): string | null => (typeof answer === 'string' && answer !== '' ? answer : null)
  return defineFactor<{ freeAt: number }>({
    type,
    title: 'Phrase',
    path: type,
    amr: ['kba'],
    strength: 'possession',
    role: 'primary',
    field: { name: 'phrase', ...requiredText },
    parse,
    check({ answer, authenticators: [first], nowMs }) {
      if (first === undefined || !right(answer)) return { ok: false, reason: 'wrong' }
      if (first.data.freeAt > nowMs) return { ok: false, reason: 'replayed', authenticatorId: first.id }
      const changed = new Map([[first.id, { freeAt: nowMs + 3_600_000 }]])
      return { ok: true, authenticatorId: first.id, changed }
    },
    enrollment: {
      limit: 1,
      name: 'Phrase',
      begin: () => ({ pending: {}, answer: { sayThis: phrase } }),
      shown: { say_this: { type: 'string' } },
      parse,
      confirm: ({ answer }) => (right(answer) ? { ok: true, data: { freeAt: 0 } } : { ok: false, reason: 'wrong' }),
    },
  })
}
