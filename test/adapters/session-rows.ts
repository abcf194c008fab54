/** Sessions of an app, as JSON, by id; writing can be made to fail. */
export interface SessionRows {
  readonly ids: readonly string[]
  /** How many of the next writes fail. */
  failures: number
  read(id: string): Record<string, unknown> | undefined
  write(id: string, data: unknown): void
  remove(id: string): void
}

export function sessionRows(): SessionRows {
  const rows = new Map<string, string>()
  return {
    failures: 0,
    get ids() {
      return [...rows.keys()]
    },
    read(id) {
      const row = rows.get(id)
      return row === undefined ? undefined : (JSON.parse(row) as Record<string, unknown>)
    },
    write(id, data) {
      if (this.failures > 0) {
        this.failures -= 1
        throw new Error('the session store is down')
      }
      rows.set(id, JSON.stringify(data))
    },
    remove(id) {
      rows.delete(id)
    },
  }
}
