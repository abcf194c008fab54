// Who may import whom. The lists are the rules: move a name and the order moves.

/** Core from the ground up: a line may import its own line and those above it, never one below. */
const coreOrder = [
  ['errors', 'fields', 'read-options', 'record', 'sealing', 'texts', 'wire'],
  ['factors', 'tokens', 'events', 'hosts'],
  ['rules'],
  ['commit'],
  ['operations'],
  ['routes'],
  ['options', 'mfa', 'memory-storage'],
  ['create-mfa'],
  ['index'],
]

/** The client from the ground up, by the same rule. */
const clientOrder = [
  ['errors', 'ports', 'client', 'routes'],
  ['options', 'node'],
  ['http'],
  ['totp', 'session'],
  ['login'],
  ['enrollment'],
  ['account', 'probe', 'settings'],
  ['create-client'],
  ['index'],
  ['command'],
]

/** Files of core that hold types only. Everything may name them, nothing may run them. */
const typesOnly = ['ports']

/** Files of core whose types every line may name, while only the lines after them may run them. */
const typesForAll = ['options']

/** These speak to one framework each and get it handed in, so they may only know its types. */
const adapters = ['express', 'koa']

/** Its command prints the schema where the storages are installed beside it, and loads them only then. */
const command = '^packages/client/src/command/'

/** These know core's types and no more of it, so a browser loads nothing of the server. */
const typesOfCoreOnly = ['client']

/** Folders of the client that run in Node alone; all else of it runs in a page too. */
const clientOnNode = ['node', 'command']

const core = '^packages/core/src'
const client = '^packages/client/src'
const isRun = { dependencyTypesNot: ['type-only'] }

/**
 * A path that matches any of these names under core's sources, as a file or as a folder.
 * @param {readonly string[]} names
 */
function inCore(names) {
  return inSources(core, names)
}

/**
 * The same, under the client's sources.
 * @param {readonly string[]} names
 */
function inClient(names) {
  return inSources(client, names)
}

/**
 * @param {string} sources
 * @param {readonly string[]} names
 */
function inSources(sources, names) {
  return `${sources}/(${names.join('|')})(\\.ts$|/)`
}

/**
 * @param {readonly string[]} left
 * @param {readonly string[]} names
 */
function without(left, names) {
  return names.filter((name) => !left.includes(name))
}

const order = coreOrder.slice(0, -1).map((names, line) => ({
  name: `core-order-${names.join('-')}`,
  comment: 'This imports from a later line of coreOrder. Take it as an argument, or name its type in ports/.',
  severity: 'error',
  from: { path: inCore(names) },
  to: { path: inCore(without(typesForAll, coreOrder.slice(line + 1).flat())) },
}))

const orderOfClient = clientOrder.slice(0, -1).map((names, line) => ({
  name: `client-order-${names.join('-')}`,
  comment: 'This imports from a later line of clientOrder. Take it as an argument, or name its type in ports.ts.',
  severity: 'error',
  from: { path: inClient(names) },
  to: { path: inClient(clientOrder.slice(line + 1).flat()) },
}))

export default {
  forbidden: [
    ...order,
    ...orderOfClient,
    {
      name: 'core-order-types-for-all',
      comment: 'Only the types of this file may be named from an earlier line of coreOrder.',
      severity: 'error',
      from: { path: core, pathNot: inCore([...typesForAll, 'create-mfa', 'index']) },
      to: { path: inCore(typesForAll), ...isRun },
    },
    {
      name: 'core-file-without-a-place',
      comment: 'This file or folder of core stands in no line of coreOrder. Give it one.',
      severity: 'error',
      from: { path: core, pathNot: inCore([...coreOrder.flat(), ...typesOnly]) },
      to: {},
    },
    {
      name: 'client-file-without-a-place',
      comment: 'This file or folder of the client stands in no line of clientOrder. Give it one.',
      severity: 'error',
      from: { path: `${client}/`, pathNot: inClient(clientOrder.flat()) },
      to: {},
    },
    {
      name: 'ports-are-types',
      comment: 'ports/ holds types only, so it is imported with `import type`.',
      severity: 'error',
      from: { path: core },
      to: { path: inCore(typesOnly), ...isRun },
    },
    {
      name: 'ports-import-types',
      comment: 'ports/ holds types only, so it may name types of others but run nothing of theirs.',
      severity: 'error',
      from: { path: inCore(typesOnly) },
      to: isRun,
    },
    {
      name: 'factor-knows-no-other-factor',
      comment: 'Each factor stands alone, so that adding or removing one changes no other.',
      severity: 'error',
      from: { path: `${core}/factors/([^/]+)/` },
      to: { path: `${core}/factors/[^/]+/`, pathNot: `${core}/factors/$1/` },
    },
    {
      name: 'operations-name-no-factor',
      comment:
        'Operations, routes and what all factors share work with any factor: only options and create-mfa know which there are.',
      severity: 'error',
      from: { path: core, pathNot: [`${core}/factors/[^/]+/`, inCore(['options', 'mfa', 'create-mfa', 'index'])] },
      to: { path: `${core}/factors/[^/]+/` },
    },
    {
      name: 'rules-are-pure',
      comment: 'A rule decides from a record, an input, and Terms. It may not name what writes, signs, tells, or asks.',
      severity: 'error',
      from: { path: inCore(['rules']) },
      to: {
        pathNot: [
          inCore(['errors', 'fields', 'ports', 'record', 'rules', 'texts']),
          `${core}/factors/(factor|holding)\\.ts$`,
          `${core}/tokens/(claims|refused)\\.ts$`,
        ],
      },
    },
    {
      name: 'commit-is-for-operations',
      comment: 'A rule is pure and a route only translates: writing is the work of operations.',
      severity: 'error',
      from: { path: core, pathNot: inCore(['commit', 'operations', 'create-mfa']) },
      to: { path: inCore(['commit']), ...isRun },
    },
    {
      name: 'core-knows-no-http',
      comment: 'A request, its body too, comes as neutral values: adapters know what it came as.',
      severity: 'error',
      from: { path: core },
      to: { path: '^(node:)?(http|https|http2|net|stream)$' },
    },
    {
      name: 'core-knows-no-package',
      comment: 'Everything depends on core; core depends on nothing of this family.',
      severity: 'error',
      from: { path: core },
      to: { path: '^packages/(?!core/)' },
    },
    {
      name: 'packages-know-only-core',
      comment: 'Storages, adapters and test tools import core and no other package of the family.',
      severity: 'error',
      from: { path: '^packages/(?!core/)([^/]+)/src', pathNot: command },
      to: { path: '^packages/', pathNot: ['^packages/$1/', `${core}/index\\.ts$`] },
    },
    {
      name: 'command-knows-client-and-sql',
      comment: 'The command imports its own package, and of the family nothing but what prints the schema.',
      severity: 'error',
      from: { path: command },
      to: {
        path: '^packages/',
        pathNot: ['^packages/client/', `${core}/index\\.ts$`, '^packages/sql/src/index\\.ts$'],
      },
    },
    {
      name: 'command-loads-sql-when-asked',
      comment: 'The storages are an optional peer: the command imports them dynamically, or it does not start without.',
      severity: 'error',
      from: { path: command },
      to: { path: '^packages/sql/', dynamic: false, ...isRun },
    },
    {
      name: 'core-for-types-only',
      comment: 'The caller side may name types of core but load none of its code.',
      severity: 'error',
      from: { path: `^packages/(${typesOfCoreOnly.join('|')})/src` },
      to: { path: '^packages/core/', ...isRun },
    },
    {
      name: 'client-runs-anywhere',
      comment: 'Only these folders of the client may know Node: a page loads all else.',
      severity: 'error',
      from: { path: `${client}/`, pathNot: `${client}/(${clientOnNode.join('|')})/` },
      to: { path: `${client}/(${clientOnNode.join('|')})/` },
    },
    {
      name: 'client-runs-without-node',
      comment: 'Only some folders of the client may know Node: a page loads all else.',
      severity: 'error',
      from: { path: `${client}/`, pathNot: `${client}/(${clientOnNode.join('|')})/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'adapter-runs-no-framework',
      comment: 'The app hands its framework in, so an adapter runs core and Node alone; types of others are fine.',
      severity: 'error',
      from: { path: `^packages/(${adapters.join('|')})/src` },
      to: { path: 'node_modules', ...isRun },
    },
    {
      name: 'sources-run-no-dev-dependency',
      comment: 'What a published file runs has to be a dependency or a peer of its package.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], ...isRun, pathNot: '^packages/' },
    },
    {
      name: 'no-cycle',
      comment: 'Two files that need each other are one file, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unknown-import',
      comment: 'This import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@latchkey/source', 'import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.d.ts'],
    },
    skipAnalysisNotInRules: false,
  },
}
