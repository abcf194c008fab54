import type {
  JsonObject,
  Notice,
  NoticeListener,
  Prompt,
  RememberedAnswers,
  SecretSource,
  StepLedger,
  TokenStorage,
  Tokens,
} from './ports.ts'
import type { RouteName } from './routes.ts'

/** What makes codes. */
export interface TotpOptions {
  /** Base32 without regard to case, spaces and dashes; or an `otpauth://totp/` URL, whose parameters count. */
  readonly secret: SecretSource
  /** @defaultValue 6 */
  readonly digits?: number
  /** Seconds. @defaultValue 30 */
  readonly period?: number
  /** @defaultValue `'SHA1'` */
  readonly algorithm?: 'SHA1' | 'SHA256' | 'SHA512'
  /** Where used steps are remembered. @defaultValue the memory of this process */
  readonly steps?: StepLedger
}

export interface ClientOptions {
  /** Where Latchkey is mounted: `https://app.example/auth`. In a page it may be a path. */
  readonly baseUrl: string | URL
  /** Makes codes by itself. */
  readonly totp?: SecretSource | TotpOptions
  /** Answers questions by itself. */
  readonly answers?: RememberedAnswers
  /** Asks a person, where nothing else answers. */
  readonly prompt?: Prompt
  /** Most tries of one login, by whatever means. @defaultValue 3 */
  readonly maxAttempts?: number
  /** Methods in the order they are asked. @defaultValue as the server lists them */
  readonly preferred?: readonly string[]
  /** @defaultValue the memory of this client */
  readonly tokenStorage?: TokenStorage
  /** Reads the tokens in the answer of a sign-in. @defaultValue `access_token` as `Bearer`, else `key` as `Token` */
  readonly readTokens?: (answer: JsonObject) => Tokens | null
  /** Paths below `baseUrl` of an app that has others than the default ones, by the names of its routes: `{ login: '/sign-in' }`. */
  readonly paths?: Readonly<Partial<Record<RouteName, string>>>
  /** Other origins that get the tokens, such as `https://api.app.example`. @defaultValue none */
  readonly origins?: readonly string[]
  /** Of one request. @defaultValue 10 */
  readonly timeoutSeconds?: number
  /** How often a request is sent again that did no harm. @defaultValue 3 */
  readonly retries?: number
  /** Most that the server's clock may be off this one's for codes to be made. @defaultValue 600 */
  readonly maxClockSkewSeconds?: number
  /** Lets passwords and codes go over `http:` to other machines. @defaultValue false */
  readonly allowHttp?: boolean
  /** As in `fetch`, for pages of another origin. @defaultValue `'same-origin'` */
  readonly credentials?: 'omit' | 'same-origin' | 'include'
  readonly onNotice?: NoticeListener
  /** @defaultValue the global one */
  readonly fetch?: typeof fetch
  /** Milliseconds since 1970. @defaultValue `Date.now` */
  readonly now?: () => number
  /** Waits; rejects where the signal is aborted. @defaultValue by timers */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>
}

type Defaulted =
  | 'maxAttempts'
  | 'preferred'
  | 'readTokens'
  | 'timeoutSeconds'
  | 'retries'
  | 'credentials'
  | 'fetch'
  | 'now'

/** The options, checked, with their defaults. */
export interface Settings extends Required<Pick<ClientOptions, Defaulted | 'sleep'>> {
  /** Ends with a slash. */
  readonly baseUrl: URL
  readonly totp: TotpOptions | null
  readonly answers: ClientOptions['answers']
  readonly prompt: ClientOptions['prompt']
  readonly tokenStorage: TokenStorage
  readonly paths: Readonly<Record<RouteName, string>>
  readonly origins: ReadonlySet<string>
  readonly maxClockSkewMs: number
  readonly notify: (notice: Notice) => void
}
