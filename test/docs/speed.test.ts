/** What the docs say of speed is what the benchmark has found: the page is made of the kept figures, and no goal that was missed is passed over. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pageOf, type Report } from '../bench/report/report.ts'
import { isMet } from '../bench/report/section.ts'

const docs = join(import.meta.dirname, '../../docs')
const report = JSON.parse(readFileSync(join(docs, 'speed-results.json'), 'utf8')) as Report
const page = readFileSync(join(docs, 'speed.md'), 'utf8')
const goals = report.sections.flatMap((section) => section.goals)

test('the page of results is made of the kept figures, of a whole run', () => {
  expect(report.command).toBe('npm run bench')
  expect(plain(readFileSync(join(docs, 'speed-results.md'), 'utf8'))).toBe(plain(pageOf(report)))
})

test('there are goals', () => {
  expect(goals.length).toBeGreaterThan(10)
})

test.each(goals.filter((goal) => !isMet(goal)))('what holds up "$promise" is named', ({ promise }) => {
  expect(plain(page)).toContain(promise)
})

/** Without what a formatter changes. */
function plain(text: string): string {
  return text.replaceAll(/[ -]{2,}/g, ' ').replaceAll(/\s+/g, ' ')
}
