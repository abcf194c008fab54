// A process that serves a storage in its memory. Some users make it misbehave, and it says which lists were left.

import { serveStorage } from '../../src/processes/serve-storage.ts'
import { mapStorage } from '../map-storage.ts'

const sound = mapStorage(new Map())
serveStorage({
  ...sound,
  async get(userId) {
    if (userId === 'refused') throw Object.assign(new RangeError('refused'), { code: 'EREFUSED', host: { port: 1 } })
    if (userId === 'text') AbortSignal.abort('a text').throwIfAborted()
    if (userId === 'deadly') process.kill(process.pid, 'SIGKILL')
    const found = await sound.get(userId)
    return userId === 'undated' && found !== null ? { ...found, updatedAt: new Date(Number.NaN) } : found
  },
  async *userIds() {
    try {
      yield* sound.userIds()
    } finally {
      process.send?.({ list: 'left' })
    }
  },
})
