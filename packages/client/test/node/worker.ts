// A process that shares files with others, and does as it is told.

import { answerParent } from '../../../../test/processes/answer.ts'
import { withLock } from '../../src/node/file-lock.ts'
import { answerCache, stepFile, tokenFile } from '../../src/node/index.ts'

const [path = '', name = ''] = process.argv.slice(2)

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`)
}

answerParent(
  {
    /** Half of them to one question at once, half one after the other. */
    add: async (count: number) => {
      const cache = answerCache(path)
      const [first, ...rest] = [names(count).slice(0, count / 2), ...names(count).slice(count / 2)]
      await Promise.all(first.map((answer) => cache.add('Town?', answer)))
      for (const answer of rest) await cache.add(answer, answer)
    },
    take: async (count: number) => {
      const steps = stepFile(path)
      const taken: number[] = []
      for (const _ of names(count)) taken.push(await steps.take('alice', 1000))
      return taken
    },
    refresh: (times: number) => {
      const storage = tokenFile(path)
      const once = () =>
        storage.exclusively(async () => {
          const before = Number((await storage.get())?.tokens?.authorization ?? 0)
          await storage.set({ tokens: { authorization: String(before + 1) }, cookies: [] })
          return before
        })
      return Promise.all(names(times).map(once))
    },
    /** Says that it holds the lock, and holds it until it is killed. */
    hold: () => new Promise((held) => withLock(path, () => new Promise(() => held('held'))).catch(() => undefined)),
    /** Writes until it is killed. */
    write: () => {
      const cache = answerCache(path)
      const more = async (): Promise<void> => {
        for (let count = 0; ; count += 1) await cache.add('Town?', `${name} ${count % 7} ${'x'.repeat(4000)}`)
      }
      more().catch(() => process.exit(1))
    },
  },
  'ready',
)
