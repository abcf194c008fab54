import { createHash } from 'node:crypto'
import type { Connection } from './connection.ts'

/**
 * Reads the record, or writes or deletes it if the revision is the expected one. Arguments: none to read. To delete, the
 * expected revision. To write, the four values, then the expected revision unless there must be no key.
 *
 * A revision that is already stored counts as `written`: a client that lost the answer sends the call again.
 *
 * PERSIST changes nothing, but it is a write: a server that may not write (a replica, a master that is cut off) answers no read
 * either. It comes last, since a server out of memory refuses only the first write of a script.
 */
const source = `
local key = KEYS[1]
local stored = redis.call('HMGET', key, 'revision', 'sealed', 'enabled', 'updated_at')
local exists = redis.call('EXISTS', key) == 1
local answer = 'beaten'
if #ARGV == 0 then
  answer = exists and stored or 'none'
elseif #ARGV == 1 then
  if stored[1] == ARGV[1] then
    redis.call('DEL', key)
    answer = 'deleted'
  end
elseif #ARGV > 1 then
  local revision, sealed, enabled, updated_at, expected = unpack(ARGV)
  if stored[1] == revision then
    answer = 'written'
  elseif (expected and stored[1] == expected) or not (expected or exists) then
    redis.call('HSET', key, 'revision', revision, 'sealed', sealed, 'enabled', enabled, 'updated_at', updated_at)
    answer = 'written'
  end
end
redis.call('PERSIST', key)
return answer
`
const sha1 = createHash('sha1').update(source).digest('hex')

/** Runs the script in one command, or in two if this server has not seen it since it started. */
export async function runScript(connection: Connection, key: string, ...args: string[]): Promise<unknown> {
  try {
    return await connection.run('evalsha', sha1, key, ...args)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return connection.run('eval', source, key, ...args)
  }
}
