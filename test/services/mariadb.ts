import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { complete, type Place } from './process.ts'
import { requirePrograms } from './programs.mjs'
import type { Kind } from './server.ts'

const setUpFile = 'set-up.sql'
const rootWithoutPassword = ['--auth-root-authentication-method=normal', '--skip-test-db']
const setUp = [
  'CREATE DATABASE IF NOT EXISTS latchkey;',
  "CREATE USER IF NOT EXISTS latchkey@'127.0.0.1';",
  "GRANT ALL ON *.* TO latchkey@'127.0.0.1' WITH GRANT OPTION;",
]

const always = [
  '--bind-address=127.0.0.1',
  '--skip-name-resolve',
  '--max-connections=300',
  '--skip-log-bin',
  '--innodb-buffer-pool-size=64M',
  '--character-set-server=utf8mb4',
  // The one Debian sets, which takes `a` for `A`: what has to tell them apart must say so itself.
  '--collation-server=utf8mb4_general_ci',
  '--loose-mysqlx=OFF',
  '--loose-performance-schema=OFF',
]

/** MariaDB, or MySQL where that is what is installed. */
export function mariadbKind(durable: boolean, extra: readonly string[]): Kind {
  const { server } = requirePrograms('mariadb')
  const flush = durable ? ['--innodb-flush-log-at-trx-commit=1'] : ['--innodb-flush-log-at-trx-commit=0']
  return {
    name: 'mariadb',
    accounts: ['mysql'],
    ending: 'SIGKILL',
    prepare,
    command: (folder, port) => ({
      path: server,
      args: [
        ...inFolder(folder),
        `--port=${port}`,
        `--init-file=${join(folder, setUpFile)}`,
        ...always,
        ...flush,
        ...extra,
      ],
    }),
    askFolder: (port) => execute(url(port), 'SELECT @@datadir'),
    url,
  }
}

/** Runs one statement on a connection of its own, and gives its rows. */
export async function execute(uri: string, statement: string): Promise<unknown> {
  const connection = await createConnection({ uri, connectTimeout: 5000 })
  try {
    return (await connection.query(statement))[0]
  } finally {
    connection.destroy()
  }
}

/** Fills the folder. The set-up runs at each start, before the server listens: it makes the user whom the tests connect as. */
async function prepare(place: Place): Promise<void> {
  const { server, others } = requirePrograms('mariadb')
  const [installer] = others
  writeFileSync(join(place.folder, setUpFile), `${setUp.join('\n')}\n`)
  const command =
    installer === undefined
      ? { path: server, args: [...inFolder(place.folder), '--initialize-insecure'] }
      : { path: installer, args: [...inFolder(place.folder), ...rootWithoutPassword] }
  await complete(command, place)
}

function inFolder(folder: string): string[] {
  const inside = (name: string): string => join(folder, name)
  return ['--no-defaults', `--datadir=${inside('data')}`, `--socket=${inside('s')}`, `--pid-file=${inside('pid')}`]
}

function url(port: number): string {
  return `mysql://latchkey@127.0.0.1:${port}/latchkey`
}
