/** A JSON object, as it came or as it is sent. */
export type JsonObject = Readonly<Record<string, unknown>>

/** What the app signs its callers in with: bearer tokens, or a key of its own. */
export interface Tokens {
  /** The whole value of the header `Authorization`: `Bearer ey…`. */
  readonly authorization: string
  /** Buys the next ones; absent where the app gives none. */
  readonly refreshToken?: string | undefined
  /** Milliseconds since 1970 on the server's clock; absent where the app does not say. */
  readonly expiresAtMs?: number | undefined
}

/** A cookie of the app. */
export interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
  /** Sent over https only. */
  readonly secure: boolean
  /** Milliseconds since 1970; absent: until the session ends. */
  readonly expiresAtMs?: number | undefined
}

/** All that makes a caller signed in: tokens, cookies, or both. Survives `JSON.stringify`. */
export interface Held {
  readonly tokens: Tokens | null
  /** Kept where `fetch` does not keep them itself, as browsers do. */
  readonly cookies: readonly Cookie[]
}

/** Where a client keeps what makes it signed in. Without one it is the client's memory. */
export interface TokenStorage {
  get(): Held | null | Promise<Held | null>
  /** `null`: signed out. */
  set(held: Held | null): void | Promise<void>
  /**
   * Does work while nobody else who shares the storage does any. Needed where several processes share it: a refresh
   * token that is used twice ends the sign-in.
   */
  exclusively?<Result>(work: () => Promise<Result>): Promise<Result>
}

/** Keeps what makes this client signed in: one change after the other, in the storage of the options. */
export interface Keeper {
  readonly held: () => Promise<Held | null>
  readonly tokens: () => Promise<Tokens | null>
  readonly setTokens: (tokens: Tokens | null) => Promise<void>
  /** Forgets everything. */
  readonly clear: () => Promise<void>
  /** What to send to an address: tokens to the origins of the options, cookies to the app's own. */
  readonly headersFor: (url: URL, withTokens: boolean) => Promise<Readonly<Record<string, string>>>
  /** Keeps the cookies of an answer of the app. */
  readonly keepCookies: (url: URL, headers: Headers) => Promise<void>
}

/** Remembers which time steps of a secret were used, so that no code is sent twice. */
export interface StepLedger {
  /**
   * Takes the first step that is not below `earliest` and later than all that were taken. Each is given once, whoever asks.
   *
   * @param key - Names the secret, and does not tell it: 1 to 64 characters of `A-Z a-z 0-9 - _`
   * @param earliest - A time step (RFC 6238's T)
   */
  take(key: string, earliest: number): Promise<number>
  /** Gives back a step whose code was not sent; without effect where a later one was taken. */
  release(key: string, step: number): Promise<void>
}

/** Answers to questions that were right once. Their names are those of an `AnswerCache`, which is one. */
export interface RememberedAnswers {
  /** The answers to exactly this question, the latest last; none where it is not known. */
  getAll(question: string): Promise<readonly string[]>
  /** Remembers an answer that was right, as the latest. */
  add(question: string, answer: string): Promise<void>
}

/** A base32 secret or an `otpauth:` URL, or what gives one when it is needed. */
export type SecretSource = string | (() => string | Promise<string>)

/** What a client says of what it does by itself. Holds no secret. */
export type Notice =
  /** It waits: for a time step that was not used yet, since the code would end at once or its step may not have begun, or before it tries again. */
  | {
      readonly type: 'waiting'
      readonly seconds: number
      readonly reason: 'step_used' | 'step_ends' | 'unreachable'
    }
  /** The server refused a code or an answer that came from a secret or from memory. */
  | { readonly type: 'refused'; readonly method: string; readonly attemptsRemaining: number | undefined }
  /** The session is there, but the answer that was right could not be kept. */
  | { readonly type: 'not_remembered'; readonly reason: string }
  /** A file could be read by others, and now cannot. */
  | { readonly type: 'mode_repaired'; readonly file: string }

/** Hears notices. One that throws changes nothing. */
export type NoticeListener = (notice: Notice) => void

/** What a person is asked for. */
export interface Asked {
  /** The factor that is asked: `totp`, `one_time_code`, `question`, … */
  readonly method: string
  /** All that could be answered with, as the server lists them. A recovery code is always taken where one is listed. */
  readonly methods: readonly string[]
  /** What is asked, with the answers to choose from: none where any text may be right. Only for `question`. */
  readonly question: string | null
  readonly propositions: readonly string[]
  /** Where a code was sent, masked. Only for `one_time_code`. */
  readonly sentTo: string | null
  /** Tries left, this one included, as this client counts. */
  readonly attemptsLeft: number
  /** Whether the one before was refused. */
  readonly refused: boolean
  readonly signal: AbortSignal | undefined
}

/** A code, or the answer to a question. A text alone is the one that is asked for. */
export type Answering = string | { readonly code: string } | { readonly answer: string }

/** Asks a person; `null` where nobody answers. */
export type Prompt = (asked: Asked) => Answering | null | Promise<Answering | null>
