/** The rule guarded here: a link within the repository leads to a file and a heading that are there. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { type Page, pages, root } from './pages.ts'

/** What a reader of the page can follow, code and links to elsewhere apart. */
function localLinks({ prose }: Page): readonly string[] {
  const targets = [...prose.replace(/`[^`]*`/g, '``').matchAll(/\]\(([^)]*)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => !/^https?:/.test(target))
}

/** The anchors that the headings of a page get. */
function anchorsOf({ headings }: Page): readonly string[] {
  const seen = new Map<string, number>()
  return headings.map((heading) => {
    const bare = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = bare.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    return times === 0 ? anchor : `${anchor}-${times}`
  })
}

function faultOf(page: Page, target: string): string | null {
  const [file = '', anchor] = target.split('#', 2)
  const path = file === '' ? page.path : normalize(join(dirname(page.path), file))
  if (path.startsWith('..') || !existsSync(join(root, path))) return `${target}: there is no ${path}`
  if (anchor === undefined) return null
  if (statSync(join(root, path)).isDirectory()) return `${target}: a folder has no headings`
  const other = pages.find((candidate) => candidate.path === path)
  if (other === undefined) return `${target}: ${path} is no page`
  return anchorsOf(other).includes(anchor) ? null : `${target}: ${path} has no such heading`
}

test.each(pages.map((page) => [page.path, page] as const))('%s has no dead link', (_path, page) => {
  expect(localLinks(page).flatMap((target) => faultOf(page, target) ?? [])).toEqual([])
})

test('every document is in the index', () => {
  const [index] = pages.filter(({ path }) => path === 'docs/README.md')
  const documents = pages.flatMap(({ path }) => (path.startsWith('docs/') ? [path.slice('docs/'.length)] : []))
  const listed = new Set(['README.md', ...localLinks(index as Page)])
  expect(documents.filter((path) => !listed.has(path))).toEqual([])
})

test('every attack is named in the threat model', () => {
  const attacks = readdirSync(join(root, 'test', 'security')).filter((name) => name.endsWith('.test.ts'))
  const [model] = pages.filter(({ path }) => path === 'docs/threat-model.md')
  const named = new Set(localLinks(model as Page))
  expect(attacks.filter((name) => !named.has(`../test/security/${name}`))).toEqual([])
})
