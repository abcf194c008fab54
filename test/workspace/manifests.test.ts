/** The rule guarded here: one version for the whole family, exact dependencies, and nothing published that is not built. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

type Ranges = Readonly<Record<string, string>>

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly engines: Ranges
  readonly dependencies?: Ranges
  readonly devDependencies?: Ranges
  readonly exports?: unknown
  readonly publishConfig?: { readonly exports: unknown }
}

const root = new URL('../../', import.meta.url)
const packages = readdirSync(new URL('packages/', root)).map((name) => readManifest(`packages/${name}/package.json`))
const manifests = [readManifest('package.json'), readManifest('test/package.json'), ...packages]

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'))
}

test.each(manifests)('$name has the version, licence and engine of the family', (manifest) => {
  const { version, license, engines } = manifest
  const [first] = manifests
  expect({ version, license, engines }).toEqual({
    version: first?.version,
    license: 'MIT',
    engines: { node: '>=20.19' },
  })
})

test.each(manifests)('$name pins what it depends on', ({ dependencies, devDependencies }) => {
  const exact = /^(workspace:\*|(npm:@?[\w./-]+@)?\d+\.\d+\.\d+)$/
  for (const range of Object.values({ ...dependencies, ...devDependencies })) {
    expect(range).toMatch(exact)
  }
})

test.each(packages)('$name publishes its build and never its sources', (manifest) => {
  expect(JSON.stringify(manifest.exports)).toContain('"@latchkey/source"')
  expect(JSON.stringify(manifest.publishConfig?.exports)).toContain('./dist/index.js')
  expect(JSON.stringify(manifest.publishConfig?.exports)).not.toContain('src')
})
