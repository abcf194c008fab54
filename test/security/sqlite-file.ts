import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Storage } from '@latchkey/core'
import { type SqliteDatabase, sqliteStorage } from '@latchkey/sql'
import Database from 'libsql'

/** A storage on a SQLite file. */
export interface SqliteFile {
  readonly storage: Storage
  readonly database: SqliteDatabase
  /** Closes the database and removes the folder it is in. */
  readonly close: () => void
}

/** Opens a SQLite file, which need not exist yet. */
export async function openSqliteFile(file: string): Promise<SqliteFile> {
  const database = new Database(file)
  const handle = database as unknown as SqliteDatabase
  const storage = sqliteStorage(handle)
  await storage.migrate()
  // No test cuts the power, and what a killed process has written stays with the system.
  database.exec('PRAGMA synchronous = OFF')
  return {
    storage,
    database: handle,
    close() {
      database.close()
      rmSync(dirname(file), { recursive: true, force: true })
    },
  }
}
