// What the SDK's calls give, and what they throw.

/** A JSON object, as the service answers with. */
export type Dict = Readonly<Record<string, unknown>>

export interface Token {
  readonly access_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly refresh_token: string
}

export interface TwoFactorRequiredResponse {
  readonly requires_2fa: true
  readonly temporary_token: string
  readonly message: string
}

/** The service demands a second factor of somebody who has none: the token is good for setting one up. */
export interface TwoFactorSetupRequiredResponse {
  readonly requires_2fa_setup: true
  readonly temporary_token: string
}

export interface TwoFactorSetupResponse {
  readonly secret_key: string
  readonly qr_code_url: string
  readonly backup_codes: readonly string[]
  readonly manual_entry_key: string
}

/** In place of a secret: where the first code has gone. */
export interface SmsSetupResponse {
  readonly sent_to: string
  readonly backup_codes: readonly string[]
}

export interface TwoFactorStatusResponse {
  readonly enabled: boolean
  readonly method: 'totp' | 'sms' | null
  readonly backup_codes_remaining: number
}

/** The service said no. */
export class HTTPError extends Error {
  readonly response: { readonly status_code: number; readonly json: Dict }

  constructor(status: number, json: Dict) {
    super(`${status} ${String(json['code'])}`)
    this.response = { status_code: status, json }
  }
}

/** The service said no to a second factor. */
export class TwoFactorAuthenticationError extends Error {
  readonly problem: Dict

  constructor(problem: Dict) {
    super(String(problem['code']))
    this.problem = problem
  }
}

/** The error of an answer: of a second factor where a code, or the token it came with, is at fault. */
export function errorOf(path: string, status: number, json: Dict): Error {
  const code = String(json['code'])
  const isOfCode = ['invalid_code', 'too_many_attempts'].includes(code)
  const isOfToken = code === 'invalid_token' && path.startsWith('/mfa/')
  return isOfCode || isOfToken ? new TwoFactorAuthenticationError(json) : new HTTPError(status, json)
}

export function setupOf(body: Dict): TwoFactorSetupResponse {
  const secret = String(body['secret'])
  return {
    secret_key: secret,
    qr_code_url: String(body['totp_url']),
    backup_codes: codesOf(body),
    manual_entry_key: secret.replaceAll(/.{4}(?=.)/g, '$& '),
  }
}

export function smsSetupOf(body: Dict): SmsSetupResponse {
  return { sent_to: String(body['sent_to']), backup_codes: codesOf(body) }
}

/** Those that come with a registration; a setup gets them with its confirmation. */
function codesOf(body: Dict): readonly string[] {
  return (body['recovery_codes'] ?? []) as readonly string[]
}

export function statusOf(body: Dict): TwoFactorStatusResponse {
  const methods = body['methods'] as readonly string[]
  return {
    enabled: body['mfa_enabled'] === true,
    method: methods.includes('totp') ? 'totp' : methods.includes('one_time_code') ? 'sms' : null,
    backup_codes_remaining: Number(body['recovery_codes_remaining']),
  }
}
