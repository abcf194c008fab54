import { Failed, UsageError } from '../failures.ts'
import type { Command } from './command.ts'

const databases = ['sqlite', 'postgres', 'mysql'] as const

/** `latchkey schema` */
export const schema: Command = {
  name: 'schema',
  summary: 'prints the SQL of the table for records',
  usage: [`schema ${databases.join('|')} [--table NAME]`],
  arity: [1, 1],
  options: { table: { value: 'NAME', help: 'the table (latchkey_records)' } },
  about: ['Needs @latchkey/sql beside it: npx -p @latchkey/client -p @latchkey/sql latchkey schema sqlite'],
  async run(given, shell) {
    const database = databases.find((name) => name === given.positionals[0])
    if (database === undefined) throw new UsageError(`the database must be one of ${databases.join(', ')}`)
    const sql = await loadSql()
    const table = given.get('table')
    const text = makeSchema(() => sql.schema(database, table === null ? {} : { table }))
    shell.result({ sql: text }, text.trimEnd().split('\n'))
    return undefined
  },
}

async function loadSql() {
  try {
    return await import('@latchkey/sql')
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    const how = 'npx -p @latchkey/client -p @latchkey/sql latchkey schema …'
    throw new Failed('missing_package', `@latchkey/sql is not installed: install it beside this package, or run ${how}`)
  }
}

function makeSchema(make: () => string): string {
  try {
    return make()
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message.replace(/^table/, '--table'))
    throw error
  }
}
