import type { Storage } from '@latchkey/core'
import type { Dialect, Outcome, Run } from './dialect.ts'
import { type Fragment, render } from './fragment.ts'
import { type Layout, resolveLayout, type ServerStorageOptions } from './layout.ts'
import { createMigrate } from './migrate.ts'
import { toRecord } from './row.ts'
import { createStatements } from './statements.ts'

/** A core `Storage` that can also create its table. Frozen. */
export interface SqlStorage extends Storage {
  /**
   * Runs the SQL of `schema()` as far as it is needed. It is harmless to repeat, and to run in several processes at
   * once. Nothing else ever changes the schema.
   *
   * @throws Error that names the table or the columns that are missing afterwards
   */
  migrate(): Promise<void>
}

/** How many ids one read of `userIds()` fetches. */
const pageSize = 200

/**
 * Makes a storage on any SQL database that can say how many rows a statement wrote.
 *
 * @throws TypeError that names the option and says what would be right
 */
export function sqlStorage(run: Run, dialect: Dialect, options: ServerStorageOptions): SqlStorage {
  const layout = resolveLayout(options, dialect)
  const statements = createStatements(layout, dialect)
  const execute = createExecute(run, dialect, layout)
  const wroteOne = ({ changes }: Outcome): boolean => {
    if (changes > 1) throw notUnique(layout)
    return changes === 1
  }
  const storage: SqlStorage = {
    async get(userId) {
      const { rows } = await execute(statements.get(checkId(userId)))
      if (rows.length > 1) throw notUnique(layout)
      return rows[0] === undefined ? null : toRecord(layout, rows[0])
    },
    async put(userId, next, expected) {
      checkId(userId)
      const statement = expected === null ? statements.create(userId, next) : statements.update(userId, next, expected)
      return wroteOne(await execute(statement))
    },
    async delete(userId, expected) {
      return wroteOne(await execute(statements.delete(checkId(userId), expected)))
    },
    userIds: () =>
      walk(async (last) => {
        const { rows } = await execute(statements.page(last, pageSize))
        return rows.map((row) => dialect.decodeId(row['id']))
      }),
    migrate: createMigrate(execute, dialect, layout),
  }
  return Object.freeze(storage)
}

/** Lists page by page, so that no read stays open while the consumer writes. */
async function* walk(page: (last: string | null) => Promise<readonly string[]>) {
  let last: string | null = null
  while (true) {
    const ids: readonly string[] = await page(last)
    yield* ids
    last = ids.at(-1) ?? null
    if (ids.length < pageSize) return
  }
}

/** Runs a fragment, and says what to do if the database has no such table or column. */
function createExecute(run: Run, dialect: Dialect, layout: Layout) {
  return async (statement: Fragment) => {
    const [text, params] = render(statement, dialect.bind)
    try {
      return await run(text, params)
    } catch (error) {
      if (!dialect.isMissing(error)) throw error
      const said = (error as Error).message
      throw new Error(
        `Latchkey's table "${layout.table}" is not ready (${said}): run migrate() once, or the SQL of schema('${dialect.name}') with the same options`,
        { cause: error },
      )
    }
  }
}

function notUnique({ userId, table }: Layout): Error {
  return new Error(`the column "${userId}" of "${table}" must be unique`)
}

/** Refuses ids that databases cut: they cut a text at NUL or refuse it, and turn all halves of characters into the same one. */
function checkId(userId: string): string {
  if (!/[\0\p{Surrogate}]/u.test(userId)) return userId
  throw new TypeError('a user id that holds NUL or half of a character cannot be stored')
}
