// Checks the types of everything, tests and examples too, without a build.
// One project after the other, because examples may declare the same session fields.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './run.mjs'

const projects = ['packages', 'examples', '.']
  .filter((parent) => existsSync(join(root, parent)))
  .flatMap((parent) => (parent === '.' ? ['test'] : readdirSync(join(root, parent)).map((name) => join(parent, name))))
  .filter((project) => existsSync(join(root, project, 'tsconfig.json')))

const { status } = await run('tsc -b', { args: projects })
process.exitCode = status
