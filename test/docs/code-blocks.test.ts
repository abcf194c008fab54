/** The rule guarded here: code that we show compiles against the packages as they are, and the answers we show are JSON. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { compile, type Snippet } from './compile.ts'
import { pages, root } from './pages.ts'

const blocks = pages.flatMap((page) => page.blocks)
const snippets: readonly Snippet[] = [...blocks.filter(isCode), ...packageSources().flatMap(examplesOf)]
let faults: ReadonlyMap<string, readonly string[]> = new Map()

function isCode({ language }: Snippet): boolean {
  return language === 'ts' || language === 'js'
}

function packageSources(): readonly string[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const sources = join('packages', name, 'src')
    const files = readdirSync(join(root, sources), { recursive: true, encoding: 'utf8' })
    return files.filter((file) => file.endsWith('.ts')).map((file) => join(sources, file))
  })
}

/** The blocks in a file's comments. */
function examplesOf(path: string): readonly Snippet[] {
  const text = readFileSync(join(root, path), 'utf8')
  return [...text.matchAll(/^ *\* ```(\w+)\n([\s\S]*?)^ *\* ```$/gm)].map(([, language = '', body = ''], index) => {
    return { place: `${path}, block ${index + 1}`, language, text: body.replace(/^ *\* ?/gm, '') }
  })
}

beforeAll(() => {
  faults = compile(snippets)
}, 120_000)

test('there is code to check', () => {
  expect(snippets.filter(({ place }) => place.startsWith('README.md')).length).toBeGreaterThan(0)
  expect(snippets.filter(({ place }) => place.startsWith('packages/')).length).toBeGreaterThan(0)
})

test.each(snippets.map(({ place }) => place))('%s compiles', (place) => {
  expect(faults.get(place)).toEqual([])
})

test('what the snippets are given compiles too', () => {
  const known = new Set(snippets.map(({ place }) => place))
  expect([...faults].filter(([place]) => !known.has(place))).toEqual([])
})

/** Answers that stand whole, as they do outside the walks through the examples. */
const answers = blocks.filter(({ language, page }) => language === 'json' && !page.startsWith('examples'))

test.each(answers.map(({ place, text }) => [place, text] as const))('%s is JSON', (_place, text) => {
  expect(() => JSON.parse(text)).not.toThrow()
})

test('every fence says what is in it', () => {
  expect(blocks.filter(({ language }) => language === '').map(({ place }) => place)).toEqual([])
})
