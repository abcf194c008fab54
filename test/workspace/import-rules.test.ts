/** The rule guarded here: each import rule fails the build when one file breaks it, and only that rule does. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

interface Violation {
  readonly from: string
  readonly rule: { readonly name: string }
}

const root = join(import.meta.dirname, '..', '..')
const core = 'packages/core/src'
const client = 'packages/client/src'

/** What a small tree holds that breaks no rule. */
const sound: Readonly<Record<string, string>> = {
  [`${core}/index.ts`]: "export { createMfa } from './create-mfa.ts'",
  [`${core}/create-mfa.ts`]:
    "import { commit } from './commit.ts'\nimport { options } from './options.ts'\nexport const createMfa = [commit, options]",
  [`${core}/options.ts`]:
    "import { totp } from './factors/totp/totp.ts'\nexport const options = totp\nexport type Options = 1",
  [`${core}/memory-storage.ts`]: "import type { Storage } from './ports/storage.ts'\nexport const memory: Storage = {}",
  [`${core}/commit.ts`]: "import { error } from './errors.ts'\nexport const commit = error",
  [`${core}/errors.ts`]: 'export const error = 1',
  [`${core}/ports/storage.ts`]:
    "import type { record } from '../record/record.ts'\nexport type Storage = typeof record | object",
  [`${core}/record/record.ts`]: 'export const record = 1',
  [`${core}/events.ts`]: 'export type event = 1',
  [`${core}/tokens/access.ts`]: 'export const access = 1',
  [`${core}/tokens/claims.ts`]: 'export type Claims = 1',
  [`${core}/rules/prove.ts`]:
    "import type { Claims } from '../tokens/claims.ts'\nimport { factor } from '../factors/factor.ts'\nexport const prove = (c: Claims) => [c, factor]",
  [`${core}/factors/factor.ts`]: 'export const factor = 1',
  [`${core}/factors/totp/totp.ts`]: "import { factor } from '../factor.ts'\nexport const totp = factor",
  [`${core}/factors/recovery-code/codes.ts`]: 'export const codes = 1',
  [`${core}/operations/verify.ts`]:
    "import { commit } from '../commit.ts'\nimport type { Options } from '../options.ts'\nexport const verify = (o: Options) => [o, commit]",
  [`${core}/routes/read-body.ts`]: 'export type Body = object',
  'packages/express/src/index.ts':
    "import { createMfa } from '@latchkey/core'\nimport type { Router } from 'express'\nexport const express = (r: Router) => [r, createMfa]",
  'packages/koa/src/index.ts': 'export const koa = 1',
  'packages/sql/src/index.ts': "import { createHash } from 'node:crypto'\nexport const sql = createHash",
  [`${client}/index.ts`]:
    "import type { createMfa } from '@latchkey/core'\nexport { createClient } from './create-client.ts'\nexport type Mfa = typeof createMfa",
  [`${client}/create-client.ts`]:
    "import { account } from './account/account.ts'\nimport { settings } from './settings.ts'\nexport const createClient = [account, settings]",
  [`${client}/settings.ts`]: "import type { Options } from './options.ts'\nexport const settings = (o: Options) => o",
  [`${client}/account/account.ts`]:
    "import { enrollment } from '../enrollment/enrollment.ts'\nexport const account = enrollment",
  [`${client}/enrollment/enrollment.ts`]: "import { login } from '../login/login.ts'\nexport const enrollment = login",
  [`${client}/login/login.ts`]: "import { keeper } from '../session/keeper.ts'\nexport const login = keeper",
  [`${client}/session/keeper.ts`]: "import { ask } from '../http/ask.ts'\nexport const keeper = ask",
  [`${client}/http/ask.ts`]:
    "import { error } from '../errors.ts'\nimport type { Options } from '../options.ts'\nexport const ask = (o: Options) => [o, error]",
  [`${client}/options.ts`]: 'export type Options = 1',
  [`${client}/errors.ts`]: 'export const error = 1',
  [`${client}/node/index.ts`]:
    "import { open } from 'node:fs/promises'\nimport { error } from '../errors.ts'\nexport const file = [open, error]",
  [`${client}/command/main.ts`]: "import { file } from '../node/index.ts'\nexport const main = file",
  [`${client}/command/schema.ts`]: "export const schema = () => import('../../../sql/src/index.ts')",
}

/** A file that breaks one rule, by the rule's name. */
const plants: readonly (readonly [rule: string, file: string, content: string])[] = [
  [
    'core-order-errors-fields-read-options-record-sealing-texts-wire',
    `${core}/sealing/bad.ts`,
    "import { factor } from '../factors/factor.ts'\nexport const bad = factor",
  ],
  [
    'core-order-factors-tokens-events-hosts',
    `${core}/tokens/bad.ts`,
    "import type { verify } from '../operations/verify.ts'\nexport type Bad = typeof verify",
  ],
  [
    'core-order-operations',
    `${core}/operations/bad.ts`,
    "import type { Body } from '../routes/read-body.ts'\nexport type Bad = Body",
  ],
  [
    'core-order-routes',
    `${core}/routes/bad.ts`,
    "import { createMfa } from '../create-mfa.ts'\nexport const bad = createMfa",
  ],
  [
    'core-order-types-for-all',
    `${core}/operations/bad-options.ts`,
    "import { options } from '../options.ts'\nexport const bad = options",
  ],
  [
    'core-file-without-a-place',
    `${core}/utils/bad.ts`,
    "import { error } from '../errors.ts'\nexport const bad = error",
  ],
  [
    'client-order-errors-ports-client-routes',
    `${client}/errors/bad.ts`,
    "import type { Options } from '../options.ts'\nexport type Bad = Options",
  ],
  [
    'client-order-options-node',
    `${client}/node/bad.ts`,
    "import type { ask } from '../http/ask.ts'\nexport type Bad = typeof ask",
  ],
  [
    'client-order-http',
    `${client}/http/bad.ts`,
    "import type { keeper } from '../session/keeper.ts'\nexport type Bad = typeof keeper",
  ],
  [
    'client-order-totp-session',
    `${client}/session/bad.ts`,
    "import { login } from '../login/login.ts'\nexport const bad = login",
  ],
  [
    'client-order-login',
    `${client}/login/bad.ts`,
    "import { enrollment } from '../enrollment/enrollment.ts'\nexport const bad = enrollment",
  ],
  [
    'client-order-enrollment',
    `${client}/enrollment/bad.ts`,
    "import { account } from '../account/account.ts'\nexport const bad = account",
  ],
  [
    'client-order-account-probe-settings',
    `${client}/settings/bad.ts`,
    "import { createClient } from '../create-client.ts'\nexport const bad = createClient",
  ],
  [
    'client-order-create-client',
    `${client}/create-client/bad.ts`,
    "import type { Mfa } from '../index.ts'\nexport type Bad = Mfa",
  ],
  [
    'client-order-index',
    `${client}/index/bad.ts`,
    "import { main } from '../command/main.ts'\nexport const bad = main",
  ],
  [
    'client-file-without-a-place',
    `${client}/utils/bad.ts`,
    "import { error } from '../errors.ts'\nexport const bad = error",
  ],
  [
    'ports-are-types',
    `${core}/rules/bad.ts`,
    "import { Storage } from '../ports/storage.ts'\nexport const bad = Storage",
  ],
  ['ports-import-types', `${core}/ports/bad.ts`, "import { error } from '../errors.ts'\nexport const bad = error"],
  [
    'factor-knows-no-other-factor',
    `${core}/factors/totp/bad.ts`,
    "import type { codes } from '../recovery-code/codes.ts'\nexport type Bad = typeof codes",
  ],
  [
    'operations-name-no-factor',
    `${core}/operations/bad-factor.ts`,
    "import { codes } from '../factors/recovery-code/codes.ts'\nexport const bad = codes",
  ],
  [
    'rules-are-pure',
    `${core}/rules/bad-commit.ts`,
    "import type { commit } from '../commit.ts'\nexport type Bad = typeof commit",
  ],
  [
    'rules-are-pure',
    `${core}/rules/bad-events.ts`,
    "import type { event } from '../events.ts'\nexport type Bad = event",
  ],
  [
    'rules-are-pure',
    `${core}/rules/bad-core.ts`,
    "import type { verify } from '../operations/verify.ts'\nexport type Bad = typeof verify",
  ],
  [
    'rules-are-pure',
    `${core}/rules/bad-jose.ts`,
    "import type { access } from '../tokens/access.ts'\nexport type Bad = typeof access",
  ],
  [
    'rules-are-pure',
    `${core}/rules/bad-clock.ts`,
    "import { setTimeout } from 'node:timers'\nexport const bad = setTimeout",
  ],
  [
    'commit-is-for-operations',
    `${core}/routes/bad-commit.ts`,
    "import { commit } from '../commit.ts'\nexport const bad = commit",
  ],
  [
    'core-knows-no-http',
    `${core}/routes/bad-http.ts`,
    "import type { IncomingMessage } from 'node:http'\nexport type Bad = IncomingMessage",
  ],
  [
    'core-knows-no-package',
    `${core}/rules/bad-package.ts`,
    "import { sql } from '../../../sql/src/index.ts'\nexport const bad = sql",
  ],
  [
    'packages-know-only-core',
    'packages/express/src/bad.ts',
    "import type { koa } from '../../koa/src/index.ts'\nexport type Bad = typeof koa",
  ],
  [
    'packages-know-only-core',
    'packages/sql/src/bad.ts',
    "import { error } from '../../core/src/errors.ts'\nexport const bad = error",
  ],
  ['packages-know-only-core', `${client}/bad-sql.ts`, "export const bad = () => import('../../sql/src/index.ts')"],
  [
    'command-knows-client-and-sql',
    `${client}/command/bad.ts`,
    "import type { koa } from '../../../koa/src/index.ts'\nexport type Bad = typeof koa",
  ],
  [
    'command-loads-sql-when-asked',
    `${client}/command/bad-sql.ts`,
    "import { sql } from '../../../sql/src/index.ts'\nexport const bad = sql",
  ],
  [
    'core-for-types-only',
    `${client}/bad.ts`,
    "import { createMfa } from '@latchkey/core'\nexport const bad = createMfa",
  ],
  [
    'client-runs-anywhere',
    `${client}/bad-file.ts`,
    "import type { file } from './node/index.ts'\nexport type Bad = typeof file",
  ],
  [
    'client-runs-anywhere',
    `${client}/codes/bad-command.ts`,
    "import { main } from '../command/main.ts'\nexport const bad = main",
  ],
  [
    'client-runs-without-node',
    `${client}/bad-node.ts`,
    "import { createHmac } from 'node:crypto'\nexport const bad = createHmac",
  ],
  ['client-runs-without-node', `${client}/bad-bare.ts`, "import type { Stats } from 'fs'\nexport type Bad = Stats"],
  [
    'adapter-runs-no-framework',
    'packages/express/src/bad-framework.ts',
    "import express from 'express'\nexport const bad = express",
  ],
  [
    'sources-run-no-dev-dependency',
    'packages/sql/src/bad-dev.ts',
    "import express from 'express'\nexport const bad = express",
  ],
  ['no-cycle', `${core}/record/bad.ts`, "import { other } from './other.ts'\nexport const bad = () => other"],
  [
    'no-cycle',
    `${core}/record/bad-type.ts`,
    "import type { Other } from './other-type.ts'\nexport type Bad = Other | 1",
  ],
  ['no-unknown-import', `${core}/record/bad-path.ts`, "import { none } from './none.ts'\nexport const bad = none"],
]

let tree = ''
let violations: readonly Violation[] = []

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'latchkey-import-rules-'))
  const planted = plants.map(([, file, content]) => [file, content] as const)
  const other = [`${core}/record/other.ts`, "import { bad } from './bad.ts'\nexport const other = () => bad"] as const
  const otherType = [
    `${core}/record/other-type.ts`,
    "import type { Bad } from './bad-type.ts'\nexport type Other = Bad | 2",
  ] as const
  for (const [file, content] of [...Object.entries(sound), ...planted, other, otherType]) {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), `${content}\n`)
  }
  for (const name of ['core', 'express', 'koa', 'sql']) {
    cpSync(join(root, 'packages', name, 'package.json'), join(tree, 'packages', name, 'package.json'))
  }
  writeFileSync(join(tree, 'package.json'), '{ "devDependencies": { "express": "5" } }\n')
  cpSync(join(root, 'tsconfig.base.json'), join(tree, 'tsconfig.base.json'))
  mkdirSync(join(tree, 'node_modules', '@latchkey'), { recursive: true })
  symlinkSync(join(tree, 'packages', 'core'), join(tree, 'node_modules', '@latchkey', 'core'))
  cpSync(
    join(root, 'test', 'node_modules', 'express', 'package.json'),
    join(tree, 'node_modules', 'express', 'package.json'),
  )
  writeFileSync(join(tree, 'node_modules', 'express', 'index.js'), '')
  violations = cruise()
}, 60_000)

afterAll(() => {
  rmSync(tree, { recursive: true, force: true })
})

function cruise(): readonly Violation[] {
  const args = ['--config', join(root, '.dependency-cruiser.mjs'), '--output-type', 'json', 'packages']
  const depcruise = join(root, 'node_modules', '.bin', 'depcruise')
  const output = execFileSync(depcruise, args, { cwd: tree, encoding: 'utf8' })
  const { summary } = JSON.parse(output) as { summary: { violations: readonly Violation[] } }
  return summary.violations
}

test.each(plants)('%s finds %s', (rule, file) => {
  expect(violations.filter(({ from }) => from === file).map((violation) => violation.rule.name)).toContain(rule)
})

test('a sound tree breaks no rule', () => {
  expect(violations.filter(({ from }) => from in sound)).toEqual([])
})
