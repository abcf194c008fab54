/** The rule guarded here: who comes from another system finds all of it on one page, which names nothing that is not here. */
import { expect, test } from 'vitest'
import { type Page, pageOf, pages } from './pages.ts'

/** A row below a heading: what is there, what is here. */
interface Row {
  /** What the first two columns hold: routes, options, fields. */
  readonly kinds: string
  readonly section: string
  readonly there: readonly string[]
  readonly here: readonly string[]
}

const page = pageOf('docs/coming-from.md')
const others = pages.filter(({ path }) => path !== page.path)
const rows = page.prose.split('\n### ').slice(1).flatMap(rowsOf)

function rowsOf(text: string): readonly Row[] {
  const [section = ''] = text.split('\n', 1)
  const [head = [], , ...body] = text.split('\n').flatMap((line) => (line.startsWith('|') ? [cellsOf(line)] : []))
  const kinds = head.slice(0, 2).join(', ')
  return body.map(([there = '', here = '']) => ({ kinds, section, there: namesIn(there), here: namesIn(here) }))
}

function cellsOf(line: string): readonly string[] {
  const cells = line.split('|').slice(1, -1)
  return cells.map((cell) => cell.trim())
}

/** What is code, or else the words. */
function namesIn(cell: string): readonly string[] {
  const code = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  return code.length === 0 ? [cell] : code
}

function textOf({ prose, blocks }: Page): string {
  return [prose, ...blocks.map(({ text }) => text)].join('\n')
}

/** What a page's tables of options hold in their first column. */
function optionsOf({ prose }: Page): readonly string[] {
  const tables = prose.split(/\n\n/).filter((text) => /^\| option +\|/.test(text))
  return tables.flatMap((table) => table.split('\n').flatMap((line) => namesIn(cellsOf(line)[0] ?? '')))
}

const told = others.map(textOf).join('\n')
const options = others.flatMap(optionsOf)
const isRoute = (name: string) => /^(?:GET|POST|PUT|PATCH|DELETE) \//.test(name)
const isSetting = ({ kinds }: Row) => kinds === 'setting there, option here'
const theirs = new Set(rows.flatMap(({ there }) => there))
const ours = new Set(rows.flatMap((row) => row.here))

/** Those of the tables, and those that the text around them names. */
const routes = [...new Set([...ours, ...namesIn(page.prose)])].filter((name) => isRoute(name))

test.each(routes.filter((name) => ours.has(name) || !theirs.has(name)))(
  'the route %s is told of elsewhere',
  (route) => {
    expect(told.includes(`\`${route}\``)).toBe(true)
  },
)

const set = rows.filter(isSetting).flatMap((row) => row.here)

test.each([...new Set(set)])('the option %s is in a table of options', (name) => {
  expect(options).toContain(name)
})

test.each([...ours].filter((name) => !isRoute(name) && !set.includes(name)))('%s is told of elsewhere', (name) => {
  expect(told.includes(name)).toBe(true)
})

test.each([
  [
    'Settings of dj-rest-auth',
    ['MFA_EPHEMERAL_TOKEN_TIMEOUT', 'MFA_TOTP_DIGITS', 'MFA_TOTP_PERIOD', 'MFA_TOTP_ISSUER'],
  ],
  ['Settings of dj-rest-auth', ['MFA_RECOVERY_CODE_COUNT', 'MFA_VERIFY_SERIALIZER', 'MFA_STATUS_SERIALIZER']],
  ['Settings of dj-rest-auth', ['MFA_TOTP_ACTIVATE_INIT_SERIALIZER', 'MFA_TOTP_ACTIVATE_CONFIRM_SERIALIZER']],
  ['Settings of dj-rest-auth', ['MFA_TOTP_DEACTIVATE_SERIALIZER', 'MFA_RECOVERY_CODES_SERIALIZER']],
  ['Routes of dj-rest-auth', ['POST /login/', 'POST /mfa/verify/', 'GET /mfa/totp/activate/', 'GET /mfa/status/']],
  ['Routes of dj-rest-auth', ['POST /mfa/totp/activate/', 'POST /mfa/totp/deactivate/', 'GET /mfa/recovery-codes/']],
  ['Routes of dj-rest-auth', ['POST /mfa/recovery-codes/regenerate/']],
  [
    'Methods of CirtusAI',
    ['register()', 'login()', 'verify_2fa()', 'login_with_2fa()', 'get_2fa_status()', 'refresh()'],
  ],
  ['Methods of CirtusAI', ['setup_2fa()', 'confirm_2fa()', 'disable_2fa()', 'get_qr_code()', 'request_sms_code()']],
  ['Methods of CirtusAI', ['debug_2fa()', 'set_token()']],
  ['Fields of CirtusAI', ['requires_2fa', 'temporary_token', 'message', 'secret_key', 'qr_code_url', 'backup_codes']],
  ['Fields of CirtusAI', ['manual_entry_key', 'access_token', 'token_type', 'expires_in', 'refresh_token', 'enabled']],
  [
    'Fields of CirtusAI',
    ['method', 'backup_codes_remaining', 'valid_codes', 'server_time', 'time_window', 'totp_code'],
  ],
  ['Fields of CirtusAI', ['preferred_2fa_method', 'username', 'email', 'password', 'TwoFactorAuthenticationError']],
  ['Routes of AXR', ['POST /users/:id/secrets', 'PUT /users/:userId/secrets/:secretId']],
  ['Routes of AXR', ['PUT /users/:userId/secrets/:secretId/enroll']],
  ['Fields of AXR', ['type', 'otpauth_url', 'secret', 'token', 'codes']],
])('%s: %j have their rows', (section, names) => {
  const known = rows.flatMap((row) => (row.section === section ? row.there : []))
  expect(names.filter((name) => !known.includes(name))).toEqual([])
})

test.each(['CIRTUSAI_API_URL', 'CIRTUSAI_ACCESS_TOKEN', 'base_url', 'auto_login', 'username', 'password'])(
  "the client's own %s is named",
  (name) => {
    const [, text = ''] = page.prose.split('\n### Settings of CirtusAI\n')
    expect(text.split('\n## ', 1)[0]).toContain(`\`${name}\``)
  },
)
