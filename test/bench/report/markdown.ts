import { isMet, type Section, shown, type Table } from './section.ts'

/** All sections as Markdown, the goals first. */
export function markdownOf(sections: readonly Section[]): string {
  const goals = sections.flatMap(({ goals }) => goals)
  const verdicts: Table = {
    caption: 'Each goal beside what was found.',
    columns: ['goal', 'limit', 'found', ''],
    rows: goals.map((goal) => [goal.promise, limitOf(goal), goal.found, isMet(goal) ? 'met' : 'missed']),
  }
  const parts = [{ title: 'Goals', tables: [verdicts] }, ...sections]
  return parts.map(({ title, tables }) => [`## ${title}`, ...tables.map(tableOf)].join('\n\n')).join('\n\n')
}

function limitOf({ atLeast, atMost }: { atLeast?: number; atMost?: number }): string {
  return atLeast === undefined ? `at most ${shown(atMost ?? Number.NaN)}` : `at least ${shown(atLeast)}`
}

function tableOf({ caption, columns, rows }: Table): string {
  const cells = [columns.map(String), ...rows.map((row) => row.map(shown))]
  const widths = columns.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`
  const [head = [], ...body] = cells
  return [caption, '', line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}
