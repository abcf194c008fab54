import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { extent } from '../extent.ts'
import { markdownOf } from './markdown.ts'
import type { Section } from './section.ts'

const folder = join(import.meta.dirname, '..', 'results')

/** The whole of a run: what was found, where, with which versions and by which command. */
export interface Report {
  readonly command: string
  readonly machine: string
  readonly versions: Readonly<Record<string, string>>
  readonly sections: readonly Section[]
}

export function reportOf(sections: readonly Section[]): Report {
  const model = cpus()[0]?.model ?? 'unknown'
  const memory = Math.round(totalmem() / 2 ** 30)
  return {
    command: extent === 'full' ? 'npm run bench' : 'npm run bench -- --quick',
    machine: `${process.platform} ${process.arch}, ${cpus().length} × ${model}, ${memory} GiB`,
    versions: { node: process.versions.node, ...versionsIn('../contestants'), ...versionsIn('../..') },
    sections,
  }
}

const peers = ['better-auth', 'passport', 'passport-totp', 'otplib', 'express', 'koa', 'jose', 'otpauth', 'undici']

function versionsIn(place: string): Record<string, string> {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, place, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  return Object.fromEntries(all.filter(([name]) => peers.includes(name)))
}

/** The report as one page. */
export function pageOf({ command, machine, versions, sections }: Report): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${['# Results of the benchmark', `\`${command}\`, ${machine}. [How to read them](speed.md).`, `With ${named.join(', ')}.`, markdownOf(sections)].join('\n\n')}\n`
}

/** Writes `results/bench.json` and `results/bench.md`; gives the page. */
export function keep(report: Report): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`)
  const page = pageOf(report)
  writeFileSync(join(folder, 'bench.md'), page)
  return page
}
