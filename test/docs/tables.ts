import { pageOf } from './pages.ts'

/** The cells of the rows of all tables in a text, by what is code in the first column or the one that is asked for. */
export function rowsIn(text: string, column = 0): ReadonlyMap<string, readonly string[]> {
  const rows = text.split('\n').filter((line) => line.startsWith('| '))
  return new Map(
    rows.map((row) => {
      const cells = row.split('|').slice(1, -1)
      const [, name = ''] = /`([^`]+)`/.exec(cells[column] ?? '') ?? []
      return [name, cells.map((cell) => cell.trim())] as const
    }),
  )
}

/** A page's text below a heading of the second level. */
export function sectionOf(path: string, heading: string): string {
  const [, section = ''] = pageOf(path).prose.split(`\n## ${heading}\n`)
  return section.split('\n## ', 1)[0] ?? ''
}
