// The part of the SDK that signs in: the calls of its guide, over the routes that the service has.

import {
  type Dict,
  type SmsSetupResponse,
  setupOf,
  smsSetupOf,
  statusOf,
  type Token,
  TwoFactorAuthenticationError,
  type TwoFactorRequiredResponse,
  type TwoFactorSetupRequiredResponse,
  type TwoFactorSetupResponse,
  type TwoFactorStatusResponse,
} from './cirtusai-models.ts'

/** The client that the calls go through. */
export interface Connection {
  readonly set_token: (token: string) => void
  /** @throws HTTPError, or TwoFactorAuthenticationError */
  readonly call: (method: string, path: string, json?: Dict) => Promise<Dict>
  readonly fetch_bytes: (method: string, path: string, json?: Dict) => Promise<Buffer>
}

/** What somebody registers with. */
export interface Registration {
  readonly username: string
  readonly email: string
  readonly password: string
  readonly preferred_2fa_method?: 'totp' | 'sms'
  /** For codes by SMS. */
  readonly phone_number?: string
}

/** What codes by SMS are for, besides a fresh proof of somebody signed in. */
export interface SmsPurpose {
  readonly temporary_token?: string
  readonly to_disable?: boolean
}

/** The calls of signing in, and of 2FA. */
export class AuthClient {
  readonly #client: Connection
  /** The latest setup, whose token its code has to come with. */
  #setup: Dict = {}
  #confirm_path = '/mfa/totp/activate'
  #is_confirmed = true

  constructor(client: Connection) {
    this.#client = client
  }

  register(account: Registration & { readonly preferred_2fa_method: 'sms' }): Promise<SmsSetupResponse>
  register(account: Registration): Promise<TwoFactorSetupResponse>
  async register(account: Registration): Promise<SmsSetupResponse | TwoFactorSetupResponse> {
    const { preferred_2fa_method = 'totp', phone_number: to, ...own } = account
    const by_sms = preferred_2fa_method === 'sms'
    const method = by_sms ? { method: 'one_time_code', to } : { method: 'totp' }
    const body = await this.#client.call('POST', '/register', { ...own, ...method })
    this.#set_up(by_sms, body)
    return by_sms ? smsSetupOf(body) : setupOf(body)
  }

  async login(
    username: string,
    password: string,
  ): Promise<Token | TwoFactorRequiredResponse | TwoFactorSetupRequiredResponse> {
    const body = await this.#client.call('POST', '/login', { username, password })
    const temporary_token = String(body['ephemeral_token'])
    if (body['mfa_required'] === true)
      return { requires_2fa: true, temporary_token, message: '2FA verification required' }
    if (body['mfa_enrollment_required'] === true) return { requires_2fa_setup: true, temporary_token }
    return tokenOf(body)
  }

  async verify_2fa(temporary_token: string, totp_code: string): Promise<Token> {
    const body = { ephemeral_token: temporary_token, code: totp_code }
    return tokenOf(await this.#client.call('POST', '/mfa/verify', body))
  }

  async login_with_2fa(username: string, password: string, totp_code: string): Promise<Token> {
    const body = await this.#client.call('POST', '/login', { username, password, code: totp_code })
    if (body['access_token'] === undefined) throw new TwoFactorAuthenticationError(body)
    return tokenOf(body)
  }

  async get_2fa_status(): Promise<TwoFactorStatusResponse> {
    return statusOf(await this.#client.call('GET', '/mfa/status'))
  }

  async setup_2fa(): Promise<TwoFactorSetupResponse> {
    const body = await this.#client.call('GET', '/mfa/totp/activate')
    this.#set_up(false, body)
    return setupOf(body)
  }

  /** Sends the first code to a number, which has to be proven. */
  async setup_sms(phone_number: string): Promise<SmsSetupResponse> {
    const body = await this.#client.call('POST', '/mfa/one-time-code/enroll', { to: phone_number })
    this.#set_up(true, body)
    return smsSetupOf(body)
  }

  /** Signs in who was not; who was gets a token that tells of the proof. The client goes on with it. */
  async confirm_2fa(totp_code: string): Promise<Dict> {
    const result = await this.#client.call('POST', this.#confirm_path, { ...this.#setup, code: totp_code })
    this.#is_confirmed = true
    this.#client.set_token(String(result['access_token']))
    return result
  }

  disable_2fa(totp_code: string, password: string): Promise<Dict> {
    return this.#client.call('POST', '/mfa/totp/deactivate', { code: totp_code, password })
  }

  /** The picture of the latest setup. */
  get_qr_code(): Promise<Buffer> {
    return this.#client.fetch_bytes('POST', '/mfa/totp/qr', this.#setup)
  }

  /** For somebody signed in, unless it is for a login. */
  request_sms_code({ temporary_token, to_disable = false }: SmsPurpose = {}): Promise<Dict> {
    const login = temporary_token === undefined ? {} : { ephemeral_token: temporary_token }
    const purpose = to_disable ? { purpose: 'deactivate' } : {}
    return this.#client.call('POST', '/mfa/one-time-code/send', { ...login, ...purpose })
  }

  disable_sms(sms_code: string, password: string): Promise<Dict> {
    return this.#client.call('POST', '/mfa/one-time-code/deactivate', { code: sms_code, password })
  }

  /** A fresh proof, told of by the token the client goes on with. */
  async prove_again(code: string): Promise<Dict> {
    const result = await this.#client.call('POST', '/mfa/step-up', { code })
    this.#client.set_token(String(result['access_token']))
    return result
  }

  /** Of a setup under way, or of the apps there are; with a code, how far it is off. */
  async debug_2fa(totp_code?: string): Promise<Dict> {
    const code = totp_code === undefined ? {} : { code: totp_code }
    const setup = this.#is_confirmed ? {} : this.#setup
    const { server_time, authenticators } = await this.#client.call('POST', '/mfa/totp/diagnose', { ...code, ...setup })
    const [app] = authenticators as readonly Dict[]
    return { server_time, time_window: app?.['period'], steps_off: app?.['drift_steps'] }
  }

  refresh(refresh_token: string): Promise<Dict> {
    return this.#client.call('POST', '/token/refresh', { refresh_token })
  }

  #set_up(by_sms: boolean, { activation_token }: Dict): void {
    this.#setup = { activation_token }
    this.#confirm_path = by_sms ? '/mfa/one-time-code/confirm' : '/mfa/totp/activate'
    this.#is_confirmed = false
  }
}

function tokenOf(body: Dict): Token {
  return body as unknown as Token
}
