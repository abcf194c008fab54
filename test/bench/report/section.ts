/** What a part of the benchmark found. */
export interface Section {
  readonly title: string
  readonly tables: readonly Table[]
  readonly goals: readonly Goal[]
}

/** A table as it is printed; the same cells are in the JSON. */
export interface Table {
  /** A sentence that says what the figures are. */
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

export type Cell = string | number

/** What was promised, and what was found. */
export interface Goal {
  readonly promise: string
  readonly found: number
  readonly atLeast?: number
  readonly atMost?: number
}

export function isMet({ found, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY }: Goal): boolean {
  return found >= atLeast && found <= atMost
}

/** Three significant digits, but whole numbers whole. */
export function shown(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if (!Number.isFinite(cell)) return ''
  if (Math.abs(cell) >= 100 || Number.isInteger(cell)) return Math.round(cell).toLocaleString('en-US')
  return String(Number(cell.toPrecision(3)))
}
