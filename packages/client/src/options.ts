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

/** How codes are made. */
export interface TotpOptions {
  /** Base32, without regard to case, spaces and dashes. Or an `otpauth://totp/` URL: its parameters override those below. */
  readonly secret: SecretSource
  /** @defaultValue 6 */
  readonly digits?: number
  /** Seconds. @defaultValue 30 */
  readonly period?: number
  /** @defaultValue `'SHA1'` */
  readonly algorithm?: 'SHA1' | 'SHA256' | 'SHA512'
  /** Where used time steps are stored. @defaultValue the memory of this process */
  readonly steps?: StepLedger
}

export interface ClientOptions {
  /** The address where Latchkey is mounted: `https://app.example/auth`. In a page it may be a path. */
  readonly baseUrl: string | URL
  /** Makes codes without a person. */
  readonly totp?: SecretSource | TotpOptions
  /** Answers questions without a person. */
  readonly answers?: RememberedAnswers
  /** Asks a person if nothing else answers. */
  readonly prompt?: Prompt
  /** The most tries of one login, by all means together. @defaultValue 3 */
  readonly maxAttempts?: number
  /** Methods in the order in which they are tried. @defaultValue as the server lists them */
  readonly preferred?: readonly string[]
  /** @defaultValue the memory of this client */
  readonly tokenStorage?: TokenStorage
  /** Reads the tokens in the answer of a sign-in. @defaultValue `access_token` as `Bearer`, otherwise `key` as `Token` */
  readonly readTokens?: (answer: JsonObject) => Tokens | null
  /** Paths below `baseUrl` that differ from the default ones, by the name of the route: `{ login: '/sign-in' }`. */
  readonly paths?: Readonly<Partial<Record<RouteName, string>>>
  /** Other origins that get the tokens, such as `https://api.app.example`. @defaultValue none */
  readonly origins?: readonly string[]
  /** The limit of one request. @defaultValue 10 */
  readonly timeoutSeconds?: number
  /** How often a request is repeated if that does no harm. @defaultValue 3 */
  readonly retries?: number
  /** How far the server's clock may be off. Beyond it, no codes are made. @defaultValue 600 */
  readonly maxClockSkewSeconds?: number
  /** Allows passwords and codes over `http:` to other machines. @defaultValue false */
  readonly allowHttp?: boolean
  /** As in `fetch`, for pages from another origin. @defaultValue `'same-origin'` */
  readonly credentials?: 'omit' | 'same-origin' | 'include'
  readonly onNotice?: NoticeListener
  /** @defaultValue the global one */
  readonly fetch?: typeof fetch
  /** Milliseconds since 1970. @defaultValue `Date.now` */
  readonly now?: () => number
  /** Waits. Rejects if the signal is aborted. @defaultValue by timers */
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
