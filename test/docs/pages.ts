import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')

/** A fenced block of a page. */
export interface Block {
  /** Relative to the root, with the line of the opening fence: `README.md:12`. */
  readonly place: string
  readonly page: string
  /** `ts`, `js`, `sh`, …; empty where the fence says none. */
  readonly language: string
  /** The nearest heading above. */
  readonly heading: string
  readonly text: string
}

/** A Markdown file of the repository. */
export interface Page {
  /** Relative to the root. */
  readonly path: string
  /** Without the text of fenced blocks. */
  readonly prose: string
  readonly blocks: readonly Block[]
  readonly headings: readonly string[]
}

/** Every page that is written by hand. */
export const pages: readonly Page[] = [
  ...markdownIn('.'),
  ...markdownIn('docs'),
  ...foldersIn('packages').flatMap(markdownIn),
  ...foldersIn('examples').flatMap(markdownIn),
].map((path) => readPage(path))

/** A page by its path. */
export function pageOf(path: string): Page {
  const page = pages.find((candidate) => candidate.path === path)
  if (page === undefined) throw new Error(`there is no page ${path}`)
  return page
}

/** The blocks below one heading of a page, in their order. */
export function blocksBelow(path: string, heading: string): readonly Block[] {
  return pageOf(path).blocks.filter((block) => block.heading === heading)
}

function markdownIn(folder: string): readonly string[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.md'))
  return names.map((name) => join(folder, name))
}

function foldersIn(parent: string): readonly string[] {
  if (!existsSync(join(root, parent))) return []
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(parent, name))
}

function readPage(path: string): Page {
  const prose: string[] = []
  const blocks: Block[] = []
  const headings: string[] = []
  let open: { language: string; line: number; lines: string[] } | null = null
  for (const [index, line] of readFileSync(join(root, path), 'utf8').split('\n').entries()) {
    const [, language] = /^```(\w*)$/.exec(line) ?? []
    if (open !== null && language === '') {
      const { language: of, lines } = open
      const heading = headings.at(-1) ?? ''
      blocks.push({ place: `${path}:${open.line}`, page: path, language: of, heading, text: lines.join('\n') })
      open = null
    } else if (open !== null) open.lines.push(line)
    else if (language !== undefined) open = { language, line: index + 1, lines: [] }
    else prose.push(line)
    const [, heading] = open === null ? (/^#+ (.+)$/.exec(line) ?? []) : []
    if (heading !== undefined) headings.push(heading)
  }
  if (open !== null) throw new Error(`${path}:${open.line} is not closed`)
  return { path, prose: prose.join('\n'), blocks, headings }
}
