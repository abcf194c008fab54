/** The rule guarded here: who comes from another client finds every name of it on one page, beside names that are really there. */
import { createClient } from '@latchkey/client'
import { beforeAll, expect, test } from 'vitest'
import { compile, type Snippet } from './compile.ts'
import { pageOf } from './pages.ts'

const page = pageOf('docs/coming-from-clients.md')
const members = new Set(Object.keys(createClient({ baseUrl: 'https://app.example/auth' })))

interface Row {
  readonly section: string
  readonly there: readonly string[]
  readonly here: readonly string[]
}

const rows: readonly Row[] = page.prose.split('\n### ').slice(1).flatMap(rowsOf)

function rowsOf(text: string): readonly Row[] {
  const [section = ''] = text.split('\n', 1)
  const [, , ...body] = text.split('\n').filter((line) => line.startsWith('|'))
  return body.map((line) => {
    const [, there = '', here = ''] = line.split('|')
    return { section, there: namesIn(there), here: namesIn(here) }
  })
}

function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
}

test.each<[section: string, names: string]>([
  ['Calls of PACER', 'PCLClient username password secret environment search_cases PACER_MFA_SECRET'],
  ['Calls of EcoleDirecte', 'Client login MFARequiredError question propositions submit_mfa close QCM_FILE load_qcm'],
  [
    'Calls of EcoleDirecte',
    'save_qcm login_with_interactive_mfa login_with_mfa_retry max_attempts login_with_auto_mfa',
  ],
  ['Calls of EcoleDirecte', 'login_auto_only validate_qcm_cache clean_qcm_cache merge_qcm_caches login_with_manager'],
  ['Calls of EcoleDirecte', 'MFAManager load save get_answer get_all_answers add_answer remove_question clear'],
  ['Calls of EcoleDirecte', 'secure_qcm_file EncryptedMFACache key_file'],
  ["Calls of CirtusAI's client", 'CirtusAIClient set_token TwoFactorAuthenticationError HTTPError'],
  ["Calls of CirtusAI's client", 'register() login() verify_2fa() login_with_2fa() get_2fa_status() setup_2fa()'],
  ["Calls of CirtusAI's client", 'confirm_2fa() disable_2fa() get_qr_code() request_sms_code() debug_2fa() refresh()'],
  ["Calls of CirtusAI's client", 'complete_registration_flow AuthenticatedSession get_client auto_refresh_client'],
  ["Calls of CirtusAI's client", 'store_token_securely get_stored_token save_backup_codes load_auth_config'],
  [
    "Fields of CirtusAI's client",
    'access_token token_type expires_in refresh_token requires_2fa temporary_token message',
  ],
  ["Fields of CirtusAI's client", 'secret_key qr_code_url backup_codes manual_entry_key enabled method totp_code'],
  ["Fields of CirtusAI's client", 'backup_codes_remaining valid_codes server_time time_window preferred_2fa_method'],
  ["Settings of CirtusAI's client", 'base_url token CIRTUSAI_API_URL CIRTUSAI_ACCESS_TOKEN cirtusai_config.json'],
  ["Settings of CirtusAI's client", 'auto_login username password'],
])('%s: %s have their rows', (section, names) => {
  const known = rows.flatMap((row) => (row.section === section ? row.there : []))
  expect(names.split(' ').filter((name) => !known.includes(name))).toEqual([])
})

test('every row says what it is here', () => {
  expect(rows.length).toBeGreaterThan(60)
  expect(rows.filter(({ here }) => here.length !== 1)).toEqual([])
})

/** A name as the compiler has to know it: a function of the client, a member of a type, or an export. */
function snippetOf(name: string): Snippet {
  const [type = '', member] = name.split('.')
  const imports = ['', '/node'].map((path, index) => `import type * as from${index} from '@latchkey/client${path}'`)
  const text = members.has(name)
    ? `export type Found = from0.Client['${name}']`
    : `type Both = typeof from0 & typeof from1\nexport type Found = ${typeOf(type, member)}`
  return { place: name, language: 'ts', text: [...imports, text].join('\n') }
}

function typeOf(type: string, member: string | undefined): string {
  const isFunction = /^[a-z]/.test(type)
  if (isFunction) return `Both['${type}']`
  const source = type === 'AnswerCache' ? 'from1' : 'from0'
  return member === undefined ? `${source}.${type}` : `${source}.${type}['${member}']`
}

const ours = [...new Set(rows.flatMap(({ here }) => here))]
let faults: ReadonlyMap<string, readonly string[]> = new Map()

beforeAll(() => {
  faults = compile([...ours, 'Tokens.none', 'noFunction'].map(snippetOf))
}, 120_000)

test.each(ours)('%s is there', (name) => {
  expect(faults.get(name)).toEqual([])
})

test.each(['Tokens.none', 'noFunction'])('%s would be told', (name) => {
  expect(faults.get(name)).toHaveLength(1)
})
