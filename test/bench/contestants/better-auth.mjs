// A server of better-auth: `node better-auth.js <settings as JSON>`.
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler } from 'better-auth/node'
import { listen } from '../servers/listen.ts'
import { createApp, emptyTables, enrolledRows } from './better-auth-app.mjs'
import { createTables, tablesAdapter } from './indexed-tables.mjs'

const databases = { 'better-auth': indexed, 'better-auth-memory-adapter': ownMemory }
const { contestant, users } = JSON.parse(process.argv[2])
const database = await databases[contestant]()

async function indexed() {
  const tables = createTables()
  for await (const rows of enrolledRows(users)) {
    for (const [model, row] of Object.entries(rows)) tables[model].add(row)
  }
  return tablesAdapter(tables)
}

async function ownMemory() {
  const tables = emptyTables()
  for await (const rows of enrolledRows(users)) {
    for (const [model, row] of Object.entries(rows)) tables[model].push(row)
  }
  return memoryAdapter(tables)
}

let handle
const paths = { login: '/api/auth/sign-in/email', verify: '/api/auth/two-factor/verify-totp', carries: 'cookies' }
await listen((req, res) => {
  // An app knows its origin; this one learns its port from the first request.
  handle ??= toNodeHandler(createApp(database, `http://127.0.0.1:${req.socket.localPort}`))
  return handle(req, res)
}, paths)
