import { dirname, join } from 'node:path'
import ts from 'typescript'
import { root } from './pages.ts'

/** Code of a page or of a comment. */
export interface Snippet {
  /** Where it stands, for the error. */
  readonly place: string
  readonly language: string
  readonly text: string
}

/** What pages say once and then use: the values of the app they are about. */
const given = `
import type { Mfa, Proof, User } from '@latchkey/core'
import type { ExpressMfa } from '@latchkey/express'
import type { Express, Request, Response } from 'express'
declare global {
  const mfa: Mfa
  const user: User
  const auth: ExpressMfa
  const app: Express
  const findUser: (id: string) => User | null
  const checkCredentials: (body: Readonly<Record<string, unknown>>) => User | null
  const signIn: (user: User, proof: Proof) => Promise<void>
}
`

/** The types of this workspace are those of the oldest Node, which has no SQLite of its own. */
const nodeSqlite = `declare module 'node:sqlite' {
  export class DatabaseSync {
    constructor(path: string)
    exec(sql: string): void
    prepare(sql: string): {
      all(...params: (null | number | bigint | string | NodeJS.ArrayBufferView)[]): Record<string, unknown>[]
      run(...params: (null | number | bigint | string | NodeJS.ArrayBufferView)[]): { changes: number | bigint }
    }
  }
}
`

/** Where the snippets would be if they were files: beside the tests, so that they see what the tests may import. */
const folder = join(root, 'test', 'docs', 'snippets')

/** Checks all snippets as modules of their own, with the workspace's settings. Resolves to what is wrong, by place. */
export function compile(snippets: readonly Snippet[]): ReadonlyMap<string, readonly string[]> {
  const places = new Map(snippets.map((snippet, index) => [join(folder, fileName(snippet, index)), snippet]))
  const files = new Map([...places].map(([path, { text }]) => [path, text]))
  files.set(join(folder, 'given.ts'), given)
  files.set(join(folder, 'node-sqlite.d.ts'), nodeSqlite)
  const options = readOptions()
  const program = ts.createProgram([...files.keys()], options, virtualHost(options, files))
  const faults = new Map<string, string[]>(snippets.map(({ place }) => [place, []]))
  for (const { file, start = 0, messageText } of ts.getPreEmitDiagnostics(program)) {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
    const place = places.get(file?.fileName ?? '')?.place ?? file?.fileName ?? 'nowhere'
    const message = `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    faults.set(place, [...(faults.get(place) ?? []), message])
  }
  return faults
}

/** A block that others import says on its first line what it is called. */
function fileName({ language, text }: Snippet, index: number): string {
  const [, name] = /^\/\/ (\S+\.ts)\n/.exec(text) ?? []
  if (name !== undefined) return name
  const isCommonJs = /\brequire\('/.test(text)
  return `${index}.${isCommonJs ? 'c' : ''}${language}`
}

function readOptions(): ts.CompilerOptions {
  const path = join(root, 'tsconfig.base.json')
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as { config: { compilerOptions: object } }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, dirname(path))
  return {
    ...options,
    noEmit: true,
    allowJs: true,
    checkJs: true,
    // A block of a page may make something and leave the use of it to the reader.
    noUnusedLocals: false,
    noPropertyAccessFromIndexSignature: false,
  }
}

function virtualHost(options: ts.CompilerOptions, files: ReadonlyMap<string, string>): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  return {
    ...host,
    fileExists: (path) => files.has(path) || host.fileExists(path),
    directoryExists: (path) => path === folder || host.directoryExists?.(path) === true,
    readFile: (path) => files.get(path) ?? host.readFile(path),
    getSourceFile(path, languageVersionOrOptions, ...rest) {
      const text = files.get(path)
      if (text === undefined) return host.getSourceFile(path, languageVersionOrOptions, ...rest)
      return ts.createSourceFile(path, text, languageVersionOrOptions, true)
    },
  }
}
