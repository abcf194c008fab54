// A copy of the workspace's sources whose packages see each other, and whose installed packages are the real ones.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { root } from '../scripts/run.mjs'

const files = ['package.json', 'tsconfig.base.json', 'vitest.config.ts']
/** Those with attacks, and what they stand on. */
const testFolders = ['adapters', 'processes', 'proof', 'security', 'services', 'storages']

/**
 * @typedef {object} WorkspaceCopy
 * @property {string} folder
 * @property {(bug: import('./bug.d.ts').PlantedBug) => () => void} plant applies the changes; gives what takes them back
 * @property {() => void} remove
 */

/** @returns {WorkspaceCopy} */
export function copyWorkspace() {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-planted-'))
  for (const file of files) cpSync(join(root, file), join(folder, file))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  mkdirSync(join(folder, 'packages'))
  for (const name of readdirSync(join(root, 'packages')))
    copyPackage(join('packages', name), folder, ['src', 'test', 'package.json'])
  copyPackage('test', folder, [...testFolders, 'package.json'])
  return {
    folder,
    plant(bug) {
      /** @type {(() => void)[]} */
      const planted = []
      const takeBack = () => {
        for (const undo of planted.toReversed()) undo()
      }
      try {
        for (const { file, search, replace } of bug.changes) {
          planted.push(change(join(folder, 'packages', file), search, replace))
        }
      } catch (error) {
        takeBack()
        throw error
      }
      return takeBack
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/**
 * Links to workspace packages are relative, so in the copy they lead to the copy.
 * @param {string} path
 * @param {string} folder
 * @param {readonly string[]} parts
 */
function copyPackage(path, folder, parts) {
  for (const part of [...parts, 'node_modules']) {
    cpSync(join(root, path, part), join(folder, path, part), {
      recursive: true,
      verbatimSymlinks: true,
      // What tools keep there is of no use elsewhere.
      filter: (source) => !basename(source).startsWith('.'),
    })
  }
}

/**
 * @param {string} file
 * @param {string} search
 * @param {string} replace
 */
function change(file, search, replace) {
  const before = readFileSync(file, 'utf8')
  const places = before.split(search).length - 1
  if (places !== 1) throw new Error(`${file} holds ${places} times: ${search}`)
  writeFileSync(
    file,
    before.replace(search, () => replace),
  )
  return () => writeFileSync(file, before)
}
