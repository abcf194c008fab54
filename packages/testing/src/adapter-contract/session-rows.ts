/** Sessions of an app, as JSON, by id; writing can be made to fail. What a session store of a test is made of. */
export interface SessionRows {
  readonly ids: readonly string[]
  /** How many of the next writes fail. */
  failures: number
  /** What was written last, `undefined` if there is nothing. */
  readonly read: (id: string) => Record<string, unknown> | undefined
  /** @throws Error `the session store is down`, as often as `failures` says */
  readonly write: (id: string, data: unknown) => void
  readonly remove: (id: string) => void
}

/** No sessions yet. */
export function sessionRows(): SessionRows {
  const rows = new Map<string, string>()
  const sessions: SessionRows = {
    failures: 0,
    get ids() {
      return [...rows.keys()]
    },
    read(id) {
      const row = rows.get(id)
      return row === undefined ? undefined : (JSON.parse(row) as Record<string, unknown>)
    },
    write(id, data) {
      if (sessions.failures > 0) {
        sessions.failures -= 1
        throw new Error('the session store is down')
      }
      rows.set(id, JSON.stringify(data))
    },
    remove(id) {
      rows.delete(id)
    },
  }
  return sessions
}
