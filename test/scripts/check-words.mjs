// Looks for words that this repository has better ones for, in its Markdown and in the comments and texts of its sources.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'
import { findWords } from './words.mjs'

const checked = ['packages/*/src/**/*.ts', 'packages/*/src/**/*.mjs', 'packages/*/src/**/*.cjs', '**/*.md']

// Files that are not added yet count too: a check comes before a commit.
const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--']
const specs = checked.map((glob) => `:(glob)${glob}`)
const files = execFileSync('git', [...list, ...specs], { cwd: root, encoding: 'utf8' }).split('\0')

for (const file of files) {
  if (file === '' || !existsSync(join(root, file))) continue
  for (const { line, word, say } of findWords(file, readFileSync(join(root, file), 'utf8'))) {
    console.log(`${file}:${line}: "${word}": say ${say} instead`)
    process.exitCode = 1
  }
}
