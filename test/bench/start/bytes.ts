import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build, type InlineConfig, type Plugin } from 'vite'

/** Size of code in bytes, minified. */
export interface Bytes {
  readonly minified: number
  readonly gzipped: number
}

/** Which code is bundled. */
export interface Bundled {
  /** The text of the module that it starts from. */
  readonly entry: string
  /** Where packages are found from. */
  readonly folder: string
  /** Packages whose code counts, or all. Node's own modules never do. */
  readonly packages: RegExp | 'all'
  /** @defaultValue those that users' Node asks for */
  readonly conditions?: readonly string[]
}

/** What a module comes to, bundled and minified with what it imports. */
export async function bytesOf(what: Bundled): Promise<Bytes> {
  const code = await codeOf(what)
  return { minified: Buffer.byteLength(code), gzipped: gzipSync(code).byteLength }
}

/** Bundles and minifies a module with what it imports. */
export async function codeOf({ entry, folder, packages, conditions = ['default'] }: Bundled): Promise<string> {
  const path = join(folder, 'bundled-entry.mjs')
  const isForeign = (id: string): boolean => packages !== 'all' && /^[@\w]/.test(id) && !packages.test(id)
  const config: InlineConfig = {
    configFile: false,
    logLevel: 'error',
    root: folder,
    plugins: [virtual(path, entry)],
    ssr: { noExternal: true, resolve: { conditions: [...conditions] } },
    build: { ssr: path, write: false, minify: true, target: 'node20', rolldownOptions: { external: isForeign } },
  }
  const built = await build(config)
  if (!('output' in built)) throw new Error('the bundler watches, or made several bundles')
  return built.output.map((file) => (file.type === 'chunk' ? file.code : '')).join('')
}

function virtual(path: string, text: string): Plugin {
  return {
    name: 'entry',
    enforce: 'pre',
    resolveId: (id) => (id === path ? path : null),
    load: (id) => (id === path ? text : null),
  }
}

/** All that modules export. */
export function allOf(...specifiers: readonly string[]): string {
  return specifiers.map((specifier) => `export * from ${JSON.stringify(specifier)}\n`).join('')
}
