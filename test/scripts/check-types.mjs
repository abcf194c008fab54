// Checks the types of everything that is not built: tests, examples and their scripts.
// One project after the other, because examples may declare the same session fields.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const projects = ['test']
for (const parent of ['packages', 'examples']) {
  if (!existsSync(join(root, parent))) continue
  for (const name of readdirSync(join(root, parent))) projects.push(join(parent, name))
}

const present = projects.filter((path) => existsSync(join(root, path, 'tsconfig.json')))
const tsc = join(root, 'node_modules', '.bin', 'tsc')
const { status } = spawnSync(tsc, ['-b', ...present], { cwd: root, stdio: 'inherit' })
process.exitCode = status ?? 1
