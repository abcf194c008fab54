// Looks at the public packages as their users get them: packed, installed together, imported and required.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manifest, root, run } from './run.mjs'

/** @type {readonly { name: string, version: string, private?: boolean, publishConfig?: { exports?: Readonly<Record<string, unknown>> } }[]} */
const packages = readdirSync(join(root, 'packages'))
  .map((folder) => join(root, 'packages', folder, 'package.json'))
  .filter((path) => existsSync(path))
  .map((path) => JSON.parse(readFileSync(path, 'utf8')))
const published = packages.filter((one) => one.private !== true)

const folder = mkdtempSync(join(tmpdir(), 'latchkey-shape-'))
try {
  const tarballs = await pack()
  await Promise.all(tarballs.map(judge))
  await use(tarballs)
  console.log(`${published.length} packages are in shape.`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Packs as publishing would, which puts versions and published exports into the manifests. */
async function pack() {
  const filters = published.flatMap(({ name }) => ['--filter', name])
  const args = ['--yes', manifest.packageManager, ...filters, '--recursive', 'pack', '--pack-destination', folder]
  await must('npx', args, root)
  return published.map(({ name, version }) => join(folder, `${name.slice(1).replace('/', '-')}-${version}.tgz`))
}

/** @param {string} tarball */
async function judge(tarball) {
  await must('publint', [tarball, '--strict'], folder)
  await must('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'], folder)
}

/** @param {readonly string[]} tarballs */
async function use(tarballs) {
  const project = join(folder, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n')
  await must('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs], project)
  for (const name of published.flatMap(modulesOf)) {
    await must('node', ['--input-type=module', '--eval', `await import('${name}')`], project)
    await must('node', ['--input-type=commonjs', '--eval', `require('${name}')`], project)
  }
  const latchkey = join(project, 'node_modules', '.bin', 'latchkey')
  await must(latchkey, ['--help'], project)
  await must(latchkey, ['secret'], project)
  await must(latchkey, ['schema', 'sqlite'], project)
}

/**
 * The names that a package's code is imported by. Those that lead straight to a file are data.
 * @param {typeof published[number]} manifest
 */
function modulesOf({ name, publishConfig }) {
  const entries = Object.entries(publishConfig?.exports ?? {}).filter(([, target]) => typeof target === 'object')
  if (entries.length === 0) throw new Error(`${name} publishes no code`)
  return entries.map(([path]) => name + path.slice(1))
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 */
async function must(command, args, cwd) {
  const { status, output } = await run(command, { args, cwd, quiet: true })
  if (status === 0) return
  console.error(output)
  throw new Error(`Failed: ${[command, ...args].join(' ')}`)
}
