import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/node-postgres'
import { CamelCasePlugin, CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import { Client, Pool, type PoolConfig } from 'pg'
import postgres from 'postgres'
import { onTestFinished } from 'vitest'
import { freshDatabase } from '../../../../test/services/shared.ts'
import { type PostgresClient, postgresStorage, type ServerStorageOptions } from '../../src/index.ts'
import { type Database, type Driver, missing, type Row } from '../database.ts'

/** A client as a host has it, and a way to close it. */
export interface Session {
  readonly client: PostgresClient
  readonly close: () => Promise<void>
}

/** A database on the shared server, and clients on it. */
export class PostgresDatabase implements Database {
  readonly url: string
  /** For what tests do beside the storages. */
  readonly pool: Pool
  readonly #drop: () => Promise<void>
  readonly #open: (url: string) => Promise<Session>
  readonly #sessions: Session[] = []

  private constructor(url: string, drop: () => Promise<void>, open: (url: string) => Promise<Session>) {
    this.url = url
    this.pool = poolOf(url)
    this.#drop = drop
    this.#open = open
  }

  static async create(open: (url: string) => Promise<Session> = openPool): Promise<PostgresDatabase> {
    const { url, drop } = await freshDatabase('postgres')
    return new PostgresDatabase(url, drop, open)
  }

  async storage(options: ServerStorageOptions = {}) {
    const session = await this.#open(this.url)
    this.#sessions.push(session)
    return postgresStorage(session.client, options)
  }

  async run(text: string, params: readonly string[] = []) {
    return (await this.pool.query<Row>(text, [...params])).rows
  }

  /** A test's own connection, whose transaction ends with the test. */
  async connect(): Promise<Client> {
    const client = new Client(this.url)
    client.on('error', () => undefined)
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }

  async holdLock(table: string) {
    const client = await this.pool.connect()
    await client.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`)
    return async () => {
      await client.query('ROLLBACK')
      client.release()
    }
  }

  async dispose(): Promise<void> {
    await Promise.all([this.pool.end(), ...this.#sessions.map(({ close }) => close())])
    await this.#drop()
  }
}

/** A pool that does not end the process when its server ends. */
export function poolOf(connectionString: string, settings: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString, max: 8, ...settings })
  pool.on('error', () => undefined)
  return pool
}

async function openPool(url: string): Promise<Session> {
  const client = poolOf(url)
  return { client, close: () => client.end() }
}

/** With every value as the text that the server sent, as a host may have it. */
async function openClient(connectionString: string): Promise<Session> {
  const types = { getTypeParser: () => (value: unknown) => value }
  const client = new Client({ connectionString, types: types as never })
  await client.connect()
  return { client, close: () => client.end() }
}

/** With names turned into camel case on their way back, as its plugin does. */
async function openPostgresJs(url: string): Promise<Session> {
  const client = postgres(url, { max: 8, transform: postgres.camel })
  return { client, close: () => client.end() }
}

async function openKysely(url: string): Promise<Session> {
  const dialect = new PostgresDialect({ pool: poolOf(url) })
  const db = new Kysely<unknown>({ dialect, plugins: [new CamelCasePlugin()] })
  const client: PostgresClient = (text, params) => db.executeQuery(CompiledQuery.raw(text, params))
  return { client, close: () => db.destroy() }
}

async function openDrizzle(url: string): Promise<Session> {
  const db = drizzle({ client: poolOf(url) })
  return { client: db.$client, close: () => db.$client.end() }
}

class Inside implements Database {
  readonly #db = new PGlite()

  storage(options: ServerStorageOptions = {}) {
    return postgresStorage(this.#db, options)
  }

  async run(text: string, params: readonly string[] = []) {
    if (params.length === 0) return ((await this.#db.exec(text)).at(-1)?.rows ?? []) as readonly Row[]
    return (await this.#db.query<Row>(text, [...params])).rows
  }

  dispose() {
    return this.#db.close()
  }
}

const shared = { dialect: 'postgres', unavailable: missing.postgres, isInside: false } as const

/** The driver on which everything is tried. */
export const pgPool: Driver = { ...shared, name: 'pg, a pool', create: () => PostgresDatabase.create() }

export const postgresJs: Driver = {
  ...shared,
  name: 'postgres.js',
  create: () => PostgresDatabase.create(openPostgresJs),
}

/** Inside the process: needs no server. */
export const pglite: Driver = {
  ...shared,
  unavailable: null,
  isInside: true,
  name: 'PGlite',
  create: () => new Inside(),
}

/** The drivers on which only what differs between drivers is tried. */
export const otherDrivers: readonly Driver[] = [
  { ...shared, name: 'pg, a client', create: () => PostgresDatabase.create(openClient) },
  postgresJs,
  { ...shared, name: 'Kysely', create: () => PostgresDatabase.create(openKysely) },
  { ...shared, name: "drizzle's $client", create: () => PostgresDatabase.create(openDrizzle) },
  pglite,
]
