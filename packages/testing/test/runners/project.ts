import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { compile, compileFolder } from '../compile.ts'

const packages = join(import.meta.dirname, '..', '..', '..')

/** A project of an adopter's: a folder with JavaScript in it, and packages that are installed. */
export interface Project {
  /** Writes a file, TypeScript as JavaScript. */
  readonly write: (name: string, text: string) => void
  /** Runs tests with `node --test`, and gives its code and all it said, in the Test Anything Protocol. */
  readonly test: (names: readonly string[], env?: Readonly<Record<string, string>>) => Promise<TestRun>
  /** Runs tests with the jest that is installed. */
  readonly jest: (names: readonly string[]) => Promise<TestRun>
  /** Ends what runs, and removes the folder. */
  readonly remove: () => Promise<void>
}

export interface TestRun {
  readonly code: number | null
  readonly said: string
  /** How many tests ended so. */
  readonly passed: number
  readonly failed: number
}

/**
 * A new project in which `@latchkey/core` and `@latchkey/testing` are installed, made of the sources as they are.
 *
 * @param others - Further packages, each with the folder in which it is installed
 */
export function createProject(others: Readonly<Record<string, string>> = {}): Project {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-project-'))
  for (const name of ['core', 'testing']) install(folder, name)
  for (const [name, place] of Object.entries(others)) link(folder, name, place)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  const running = new Set<Running>()
  const wait = (run: Running) => {
    running.add(run)
    return run.ended
  }
  return {
    write: (name, text) => writeFileSync(join(folder, compiledName(name)), compile(text)),
    async test(names, env = {}) {
      return wait(start(folder, ['--test', '--test-reporter=tap', ...names.map(compiledName)], env, countTap))
    },
    async jest(names) {
      const bin = join(folder, 'node_modules', 'jest', 'bin', 'jest.js')
      const options = ['--experimental-vm-modules', bin, '--rootDir', folder, '--config', jestConfig, '--verbose']
      return wait(start(folder, [...options, ...names.map(compiledName)], {}, countJest))
    },
    async remove() {
      for (const { kill, ended } of running) {
        kill()
        await ended
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function install(folder: string, name: string): void {
  const target = join(folder, 'node_modules', '@latchkey', name)
  compileFolder(join(packages, name, 'src'), target)
  writeFileSync(join(target, 'package.json'), '{ "type": "module", "exports": "./index.js" }\n')
  const manifest = readFileSync(join(packages, name, 'package.json'), 'utf8')
  const { dependencies } = JSON.parse(manifest) as { dependencies: Readonly<Record<string, string>> }
  for (const dependency of Object.keys(dependencies)) link(folder, dependency, join(packages, name, 'node_modules'))
}

/** The packages see their own dependencies from where they really are. */
function link(folder: string, name: string, place: string): void {
  const path = join(folder, 'node_modules', name)
  mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { force: true })
  symlinkSync(realpathSync(join(place, name)), path)
}

interface Running {
  readonly ended: Promise<TestRun>
  readonly kill: () => void
}

/** Modules as they are: they need nothing to be made of them. */
const jestConfig = JSON.stringify({ testMatch: ['**/*.test.js'], transform: {} })

function compiledName(name: string): string {
  return name.replace(/\.ts$/, '.js')
}

type Count = (said: string, end: 'passed' | 'failed') => number

/** 'pass' and 'fail' at the end of what `node --test` says. */
const countTap: Count = (said, end) =>
  Number(new RegExp(`^# ${end.slice(0, 4)} (\\d+)$`, 'm').exec(said)?.[1] ?? Number.NaN)
/** What stands in jest's last lines, if none is left out. */
const countJest: Count = (said, end) => Number(new RegExp(`^Tests: .*?(\\d+) ${end}`, 'm').exec(said)?.[1] ?? 0)

function start(folder: string, args: readonly string[], env: Readonly<Record<string, string>>, count: Count): Running {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    // Nothing of the runner that runs this test.
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  const ended = new Promise<TestRun>((resolve) => {
    child.on('close', (code) => resolve({ code, said, passed: count(said, 'passed'), failed: count(said, 'failed') }))
  })
  return { ended, kill: () => void child.kill('SIGKILL') }
}
