// A process of an app: `node child.js <driver> <task> <database file> <argument>`. Says "ready" and starts on a line of input.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import type { StoredRecord } from '@latchkey/core'
import { type SqliteDriverName, sqliteDrivers } from '../../../../../test/storages/sqlite/drivers.ts'
import { type SqlStorage, sqliteStorage } from '../../../src/index.ts'

const [driver = '', task = '', path = '', argument = ''] = process.argv.slice(2)

const tasks = {
  /** Writes for ever: a new user, then one more step of a counter; says each step once it was acknowledged. */
  async write(storage: SqlStorage) {
    for (let step = 1; ; step += 1) {
      const next = record(`${argument}:${step}`)
      if (!(await storage.put(`${argument}-${step}`, next, null))) throw new Error('this user was there already')
      const before = await storage.get('counter')
      if (!(await storage.put('counter', next, before?.revision ?? null))) throw new Error('nobody else writes here')
      say(step)
    }
  },
  /** Counts up so many times, again whenever another process was first; says how often that was. */
  async count(storage: SqlStorage) {
    let beaten = 0
    for (let left = Number(argument); left > 0; ) {
      const { revision, sealed } = (await storage.get('counter')) as StoredRecord
      if (await storage.put('counter', record(String(Number(sealed) + 1)), revision)) left -= 1
      else beaten += 1
    }
    say(beaten)
  },
  /** Makes the table and one user's record, as others do at the same instant; says whether it won. */
  async claim(storage: SqlStorage) {
    await storage.migrate()
    say(await storage.put(argument, record('claimed'), null))
  },
}

/** What a process can be told to do. */
export type Task = keyof typeof tasks

function record(sealed: string): StoredRecord {
  return { revision: randomUUID(), sealed, enabled: true, updatedAt: new Date() }
}

function say(line: unknown): void {
  writeSync(1, `${String(line)}\n`)
}

say('ready')
await once(process.stdin, 'data')
await tasks[task as Task](sqliteStorage(sqliteDrivers[driver as SqliteDriverName].open(path)))
process.stdin.destroy()
