/** A JSON object, as it was received or is sent. */
export type JsonObject = Readonly<Record<string, unknown>>

/** What the app signs its callers in with: bearer tokens, or its own kind of key. */
export interface Tokens {
  /** The whole value of the header `Authorization`: `Bearer ey…`. */
  readonly authorization: string
  /** Buys the next tokens. Absent if the app gives none. */
  readonly refreshToken?: string | undefined
  /** Milliseconds since 1970 by the server's clock. Absent if the app does not say. */
  readonly expiresAtMs?: number | undefined
}

/** A cookie of the app. */
export interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
  /** Sent over https only. */
  readonly secure: boolean
  /** Milliseconds since 1970. Absent if the cookie lasts until the session ends. */
  readonly expiresAtMs?: number | undefined
}

/** What signs a caller in: tokens, cookies, or both. It survives `JSON.stringify`. */
export interface Held {
  readonly tokens: Tokens | null
  /** Empty in browsers: their `fetch` keeps cookies itself. */
  readonly cookies: readonly Cookie[]
}

/** Where a client keeps what signs it in. */
export interface TokenStorage {
  get(): Held | null | Promise<Held | null>
  /** `null`: signed out. */
  set(held: Held | null): void | Promise<void>
  /**
   * Does some work while nobody else who shares the storage does any. Needed if several processes share it, since a
   * refresh token that is used twice ends the sign-in.
   */
  exclusively?<Result>(work: () => Promise<Result>): Promise<Result>
}

/** Keeps what signs this client in: one change after another, in the storage from the options. */
export interface Keeper {
  readonly held: () => Promise<Held | null>
  readonly tokens: () => Promise<Tokens | null>
  readonly setTokens: (tokens: Tokens | null) => Promise<void>
  /** Forgets everything. */
  readonly clear: () => Promise<void>
  /** What to send to an address: tokens to the origins from the options, cookies to the app's own. */
  readonly headersFor: (url: URL, withTokens: boolean) => Promise<Readonly<Record<string, string>>>
  /** Keeps the cookies of an answer from the app. */
  readonly keepCookies: (url: URL, headers: Headers) => Promise<void>
}

/** Remembers which time steps of a secret were used. So no code is sent twice. */
export interface StepLedger {
  /**
   * Takes the first step that is not below `earliest` and is later than all steps taken before. Each is given once.
   *
   * @param key - Names the secret without revealing it: 1 to 64 characters of `A-Z a-z 0-9 - _`
   * @param earliest - A time step (RFC 6238's T)
   */
  take(key: string, earliest: number): Promise<number>
  /** Gives back a step whose code was not sent. Does nothing if a later step was taken. */
  release(key: string, step: number): Promise<void>
}

/** Answers to questions that were right once. An `AnswerCache` is one of these. */
export interface RememberedAnswers {
  /** The answers to exactly this question, the latest last. None if the question is not known. */
  getAll(question: string): Promise<readonly string[]>
  /** Remembers an answer that was right as the latest one. */
  add(question: string, answer: string): Promise<void>
}

/** A base32 secret or an `otpauth:` URL, or a function that gives one when it is needed. */
export type SecretSource = string | (() => string | Promise<string>)

/** What a client reports about its own decisions. Holds no secret. */
export type Notice =
  /**
   * It waits before it tries again, or for a time step: one that was not used yet, that does not end at once, and that
   * has surely begun.
   */
  | {
      readonly type: 'waiting'
      readonly seconds: number
      readonly reason: 'step_used' | 'step_ends' | 'unreachable'
    }
  /** The server refused a code or an answer that came from the secret or from memory. */
  | { readonly type: 'refused'; readonly method: string; readonly attemptsRemaining: number | undefined }
  /** The login succeeded, but the right answer could not be stored. */
  | { readonly type: 'not_remembered'; readonly reason: string }
  /** Others could read a file. Now they cannot. */
  | { readonly type: 'mode_repaired'; readonly file: string }

/** Hears notices. A listener that throws changes nothing. */
export type NoticeListener = (notice: Notice) => void

/** What a person is asked. */
export interface Asked {
  /** The factor that is asked: `totp`, `one_time_code`, `question`, … */
  readonly method: string
  /** The methods that can answer, as the server lists them. If `recovery_code` is among them, such a code is always accepted. */
  readonly methods: readonly string[]
  /** The text of the question. Only for `question`. */
  readonly question: string | null
  /** The answers to choose from. Empty if any text may be right. */
  readonly propositions: readonly string[]
  /** Where the code was sent, masked. Only for `one_time_code`. */
  readonly sentTo: string | null
  /** Tries left, including this one, as this client counts. */
  readonly attemptsLeft: number
  /** Whether the previous try was refused. */
  readonly refused: boolean
  readonly signal: AbortSignal | undefined
}

/** A code, or the answer to a question. A plain string is whichever is asked for. */
export type Answering = string | { readonly code: string } | { readonly answer: string }

/** Asks a person. `null` if nobody answers. */
export type Prompt = (asked: Asked) => Answering | null | Promise<Answering | null>
