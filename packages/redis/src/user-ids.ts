import type { Connection, Send } from './connection.ts'
import { textOf, unexpected } from './reply.ts'

/** How many keys one SCAN looks at. It counts all keys of the database, not only Latchkey's. */
const count = '500'

/** Lists the ids behind the prefix on every master, each once. Remembers them all meanwhile, since SCAN may repeat a key. */
export async function* listUserIds(connection: Connection, prefix: string): AsyncGenerator<string> {
  // A client may put its own prefix before every key it sends; SCAN gives and takes keys as they are.
  const start = textOf(await connection.run('eval', 'return KEYS[1]', prefix))
  const seen = new Set<string>()
  for (const send of await connection.masters()) {
    for await (const key of scan(send, start)) {
      if (seen.has(key)) continue
      seen.add(key)
      yield key.slice(start.length)
    }
  }
}

async function* scan(send: Send, start: string): AsyncGenerator<string> {
  const pattern = `${start.replaceAll(/[*?[\]\\^-]/g, '\\$&')}*`
  let cursor = '0'
  do {
    const reply = await send('scan', cursor, 'MATCH', pattern, 'COUNT', count)
    if (!Array.isArray(reply) || !Array.isArray(reply[1])) throw unexpected(reply)
    cursor = textOf(reply[0])
    yield* reply[1].map(textOf)
  } while (cursor !== '0')
}
