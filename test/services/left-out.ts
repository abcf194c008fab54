import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { requirements, type ServiceName, serviceNames } from './programs.mjs'

/** Notes in a file, as test files run in processes of their own, that tests on a service were left out. */
export function noteLeftOut(file: string, name: ServiceName): void {
  appendFileSync(file, `${name}\n`)
}

/** What to say at the end of a run about all that was noted: a block that nobody overlooks, or nothing. */
export function leftOutBlock(file: string): string {
  if (!existsSync(file)) return ''
  const noted = new Set(readFileSync(file, 'utf8').split('\n'))
  const titles = serviceNames.filter((name) => noted.has(name)).map((name) => requirements[name].title)
  const lines = titles.map((title) => `LEFT OUT: the tests on ${title}, which is missing here.`)
  const edge = '*'.repeat(80)
  const block = [...lines, '`npm run services` says how to install what is missing.'].map((line) => `*** ${line}`)
  return `\n${[edge, ...block, edge].join('\n')}\n`
}
