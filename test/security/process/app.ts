// A process of the app: `node app.js <settings as JSON>`. Its parent commands it by messages.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createMfa, type MfaEvent, type Storage } from '@latchkey/core'
import { faultyStorage, sessionRows } from '@latchkey/testing'
import type { Framework } from '../../adapters/framework.ts'
import { answerParent } from '../../processes/answer.ts'
import { openPlace } from '../../storages/open.ts'
import type { Place } from '../../storages/place.ts'
import { passwordOf, secret } from '../accounts.ts'

/** What a process is given. */
export interface AppSettings {
  readonly place: Place
  readonly nowMs: number
  readonly framework: 'Express 5' | 'Koa 3' | 'bare Express' | 'bare Koa'
}

const { place, nowMs, framework } = JSON.parse(process.argv[2] ?? '') as AppSettings
const accounts = new Map(['alice', 'mallory'].map((id) => [id, { id, name: id, stamp: 'v1' }]))
const findUser = (id: string) => accounts.get(id) ?? null
const events: MfaEvent[] = []
let killing: 'before' | 'after' | null = null
const { storage: rows } = await openPlace(place)
const storage = faultyStorage(mortal(rows))
const now = () => nowMs
const mfa = createMfa({
  ...{ secret, issuer: 'Latchkey', storage, findUser, now },
  // Without a listener, warnings go where Node's go.
  ...(framework.startsWith('bare') ? {} : { onEvent: (event) => events.push(event) }),
})
const { url } = await (await frameworkOf(framework)).start({
  ...{ mfa, body: 'unread', sessions: 'store', rows: sessionRows(), proxy: false },
  app: {
    findUser,
    checkCredentials(body) {
      const user = findUser(String(body['username']))
      return user !== null && body['password'] === passwordOf(user.name) ? user : null
    },
  },
})

/** Loads no more than it takes: many processes start at once. */
async function frameworkOf(name: string): Promise<Framework> {
  if (name.startsWith('bare')) {
    const { bareFrameworks } = await import('./bare-frameworks.ts')
    return bareFrameworks[name] as Framework
  }
  if (name.startsWith('Express')) {
    const { expressFramework } = await import('../../adapters/express-app.ts')
    return expressFramework(name, (await import('express')).default)
  }
  const { koaFramework } = await import('../../adapters/koa-app.ts')
  const { default: create } = await import('koa')
  return koaFramework(name, { create, session: (await import('koa-session')).default, mounting: 'prefix' })
}

/** The storage, until the write at which the process dies. */
function mortal(storage: Storage): Storage {
  return {
    ...storage,
    async put(...write) {
      if (killing === 'before') process.kill(process.pid, 'SIGKILL')
      const stored = await storage.put(...write)
      if (killing === 'after') process.kill(process.pid, 'SIGKILL')
      return stored
    },
  }
}

const delay = monitorEventLoopDelay({ resolution: 1 })

/** What the parent can ask for. */
const commands = {
  /** Lets the next read hang once it has read. */
  hold: () => storage.inject('get', 'hang_after'),
  held: async () => storage.hanging(),
  release: () => storage.release(),
  failPut: () => storage.inject('put', 'throw_before'),
  killAtPut(when: 'before' | 'after') {
    killing = when
  },
  events: () => events.splice(0),
  watchLoop() {
    delay.enable()
    delay.reset()
  },
  quit: () => process.exit(),
  /** The longest time the event loop stood still since, in milliseconds. */
  longestStall: () => delay.max / 1e6,
}

/** Commands by name. */
export type Commands = typeof commands

answerParent(commands, url)
