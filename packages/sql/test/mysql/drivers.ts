import { drizzle } from 'drizzle-orm/mysql2'
import { CamelCasePlugin, CompiledQuery, Kysely, MysqlDialect } from 'kysely'
import mariadb from 'mariadb'
import mysql from 'mysql2'
import promised from 'mysql2/promise'
import { onTestFinished } from 'vitest'
import { freshDatabase } from '../../../../test/services/shared.ts'
import { type MysqlClient, mysqlStorage, type ServerStorageOptions } from '../../src/index.ts'
import { type Database, type Driver, missing, type Row } from '../database.ts'

/** A client as a host has it, and a way to close it. */
export interface Session {
  readonly client: MysqlClient
  readonly close: () => Promise<void>
}

type Open = (url: string) => Promise<Session>

/** A database on the shared server, and clients on it. */
export class MysqlDatabase implements Database {
  readonly url: string
  /** For what tests do beside the storages. */
  readonly pool: promised.Pool
  readonly #drop: () => Promise<void>
  readonly #open: Open
  readonly #sessions: Session[] = []

  private constructor(url: string, drop: () => Promise<void>, open: Open) {
    this.url = url
    this.pool = promised.createPool({ uri: url, connectionLimit: 8, multipleStatements: true })
    this.#drop = drop
    this.#open = open
  }

  static async create(open: Open = openPool): Promise<MysqlDatabase> {
    const { url, drop } = await freshDatabase('mariadb')
    return new MysqlDatabase(url, drop, open)
  }

  async storage(options: ServerStorageOptions = {}) {
    const session = await this.#open(this.url)
    this.#sessions.push(session)
    return mysqlStorage(session.client, options)
  }

  async run(text: string, params: readonly string[] = []) {
    const [rows] = await this.pool.query(text, [...params])
    return rows as readonly Row[]
  }

  /** A test's own connection, whose transaction ends with the test. */
  async connect(settings: promised.ConnectionOptions = {}): Promise<promised.Connection> {
    const client = await promised.createConnection({ uri: this.url, ...settings })
    client.on('error', () => undefined)
    onTestFinished(() => client.destroy())
    return client
  }

  async holdLock(table: string) {
    const connection = await this.pool.getConnection()
    await connection.query(`LOCK TABLES ${table} WRITE`)
    return async () => {
      await connection.query('UNLOCK TABLES')
      connection.release()
    }
  }

  async dispose(): Promise<void> {
    await Promise.all([this.pool.end(), ...this.#sessions.map(({ close }) => close())])
    await this.#drop()
  }
}

async function openPool(uri: string): Promise<Session> {
  const client = promised.createPool({ uri, connectionLimit: 8 })
  return { client, close: () => client.end() }
}

async function openPeculiarPool(uri: string): Promise<Session> {
  const pool = mysql.createPool({
    ...{ uri, connectionLimit: 8, charset: 'latin1_swedish_ci', flags: ['-FOUND_ROWS'], timezone: '+09:00' },
    ...{ namedPlaceholders: true, dateStrings: true, supportBigNumbers: true, bigNumberStrings: true },
    typeCast: (field, next) => (field.type === 'TINY' ? field.string() === '1' : next()),
  })
  pool.on('connection', (connection) => {
    connection.query(`SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT', time_zone = '+05:00'`)
  })
  const client = pool.promise()
  return { client, close: () => client.end() }
}

async function openConnection(url: string): Promise<Session> {
  const client = await promised.createConnection(url)
  return { client, close: () => client.end() }
}

async function openCallbackPool(uri: string): Promise<Session> {
  const client = mysql.createPool({ uri, connectionLimit: 8 })
  return { client, close: () => client.promise().end() }
}

async function openMariadbPool(url: string): Promise<Session> {
  const client = mariadb.createPool(`${mariadbUrl(url)}?connectionLimit=8`)
  return { client, close: () => client.end() }
}

async function openMariadbConnection(url: string): Promise<Session> {
  const client = await mariadb.createConnection(`${mariadbUrl(url)}?foundRows=false&bigIntAsNumber=true`)
  return { client, close: () => client.end() }
}

function mariadbUrl(url: string): string {
  return url.replace('mysql:', 'mariadb:')
}

async function openKysely(uri: string): Promise<Session> {
  const dialect = new MysqlDialect({ pool: mysql.createPool({ uri, connectionLimit: 8 }) })
  const db = new Kysely<unknown>({ dialect, plugins: [new CamelCasePlugin()] })
  const client: MysqlClient = async (text) => {
    const { rows, numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text))
    return numAffectedRows === undefined ? rows : { affectedRows: Number(numAffectedRows) }
  }
  return { client, close: () => db.destroy() }
}

async function openDrizzle(url: string): Promise<Session> {
  const db = drizzle(url)
  return { client: db.$client, close: () => db.$client.promise().end() }
}

const shared = { dialect: 'mysql', unavailable: missing.mariadb, isInside: false } as const

/** The driver on which everything is tried. */
export const mysql2Pool: Driver = { ...shared, name: 'mysql2, a pool', create: () => MysqlDatabase.create() }

/** The same with all that a host may set and that must not matter. */
export const peculiarPool: Driver = {
  ...shared,
  name: 'mysql2, a pool with peculiar settings',
  create: () => MysqlDatabase.create(openPeculiarPool),
}

/** The drivers on which only what differs between drivers is tried. */
export const otherDrivers: readonly Driver[] = [
  peculiarPool,
  { ...shared, name: 'mysql2, a connection', create: () => MysqlDatabase.create(openConnection) },
  { ...shared, name: 'mysql2, a pool with callbacks', create: () => MysqlDatabase.create(openCallbackPool) },
  { ...shared, name: 'mariadb, a pool', create: () => MysqlDatabase.create(openMariadbPool) },
  { ...shared, name: 'mariadb, a connection', create: () => MysqlDatabase.create(openMariadbConnection) },
  { ...shared, name: 'Kysely', create: () => MysqlDatabase.create(openKysely) },
  { ...shared, name: "drizzle's $client", create: () => MysqlDatabase.create(openDrizzle) },
]
