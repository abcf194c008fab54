import type { MfaError, MfaEventReason } from '../errors.ts'
import type { Awaitable, JsonObject, MfaResponse, RandomBytes, SignedIn, User } from '../ports.ts'
import type { Authenticator } from '../record/record.ts'

/** Whose answer it is, and what it is for. */
export interface Asked {
  readonly userId: string
  /** The factor's own state, `{}` at first. */
  readonly state: JsonObject
  /** What the proof is for: `login`, `step_up` or `deactivate`. */
  readonly purpose: string
  /** The ephemeral token's id, `null` where there is none. */
  readonly tokenId: string | null
  readonly nowMs: number
}

/** What a check may look at: all that is not pure is passed in. */
export interface CheckInput<Data extends JsonObject> extends Asked {
  /** What the body held in the factor's field. */
  readonly answer: unknown
  /** The user's authenticators of this factor; at least one. */
  readonly authenticators: readonly Authenticator<Data>[]
}

/** What a check found. A refusal is charged, so a check is only asked what could be right. */
export type Verdict<Data extends JsonObject> =
  | {
      readonly ok: true
      readonly authenticatorId: string
      /** New data of authenticators, by id: what makes the proof unusable from now on. */
      readonly changed: ReadonlyMap<string, Data>
      readonly state?: JsonObject
      readonly driftSteps?: number
      /** RFC 8176 values of this proof, where they are not the factor's usual ones. */
      readonly amr?: readonly string[]
    }
  | {
      readonly ok: false
      readonly reason: MfaEventReason
      readonly authenticatorId?: string
      readonly state?: JsonObject
      readonly driftSteps?: number
    }

/** How an authenticator of a factor is enrolled: begun, then confirmed by an answer. */
export interface Enrollment<Data extends JsonObject> {
  /** Most authenticators of the factor a user may have. */
  readonly limit: number
  /** The default name, before its number: `Authenticator`. */
  readonly name: string
  /** Set where it cannot be a user's only factor: it is enrolled beside another one, and goes with the last of those. */
  readonly beside?: boolean | undefined
  /**
   * Fields of the body that beginning takes. Where they are named, be it `{}`, beginning is a POST and asks the limiter.
   *
   * @defaultValue none
   */
  readonly fields?: Readonly<Record<string, FieldCheck>>
  /**
   * Where it is begun and confirmed, below `/mfa/<path>/`.
   *
   * @defaultValue `activate` for both, where beginning takes no fields
   */
  readonly paths?: { readonly begin: string; readonly confirm: string }
  /**
   * Makes a new one. `pending` travels encrypted in the activation token; `answer` is shown to the user
   * (camelCase here, snake_case on the wire). It runs once, so it may send something.
   */
  begin(input: BeginInput): Awaitable<{ pending: JsonObject; answer: JsonObject }>
  /** Whether the answer has the form of a right one; one that has not is refused and not charged. */
  couldBe(answer: unknown, pending: JsonObject): boolean
  /** Looks at the answer; the data of a right one must not accept the same answer again. */
  confirm(input: {
    answer: unknown
    pending: JsonObject
    /** The factor's own state, `{}` at first. */
    state: JsonObject
    nowMs: number
  }): Awaitable<
    | {
        readonly ok: true
        readonly data: Data
        /** What it is called unless the user says otherwise. @defaultValue the enrollment's `name` and a number */
        readonly name?: string
        readonly state?: JsonObject
        readonly driftSteps?: number
        /** RFC 8176 values of this proof, where they are not the factor's usual ones. */
        readonly amr?: readonly string[]
      }
    | {
        readonly ok: false
        readonly reason: MfaEventReason
        readonly state?: JsonObject
        readonly driftSteps?: number
      }
  >
}

/** What an enrollment begins with. */
export interface BeginInput {
  readonly user: User
  readonly issuer: string
  readonly randomBytes: RandomBytes
  /** The enrollment's `fields`, checked. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Changes the factor's own state of the user in one compare-and-set, as {@link FactorCall.change} does. */
  change<T>(change: StateChange<T>): Promise<T>
}

/**
 * A pure change of a factor's own state; it may run again when another writer was first. It gets the state (`{}` at first)
 * and the user's authenticators of the factor. An `error` is thrown once the new state is stored; the very state it got,
 * given back, is not written.
 */
export type StateChange<T> = (
  state: JsonObject,
  nowMs: number,
  authenticators: readonly Authenticator[],
) => { readonly state: JsonObject } & (
  | { readonly result: T; readonly error?: undefined }
  | { readonly error: MfaError; readonly result?: undefined }
)

/** What makes a factor a backup: it comes with the user's first other factor and goes with the last. */
export interface Backup<Data extends JsonObject> {
  create(input: { randomBytes: RandomBytes }): Awaitable<{ data: Data; codes: readonly string[] }>
  /** The unused codes, as far as they may be shown again. */
  list(data: Data): readonly string[]
  remaining(data: Data): number
}

/** A kind of proof. One file or package a factor; nothing else knows how it works. */
export interface Factor<Data extends JsonObject = JsonObject> {
  /** Its name in `methods`, events and proofs: `totp`. */
  readonly type: string
  /** Its name in sentences: `TOTP`. */
  readonly title: string
  /** Where its routes live below `/mfa/`: `totp`. */
  readonly path: string
  /** RFC 8176 values of a proof by it, between `pwd` and `mfa`. */
  readonly amr: readonly string[]
  /**
   * Set where it raises no assurance, as knowledge does beside a password (OWASP ASVS 5.0, 6.4.2): it is asked at login
   * alone, and its proof does not say `mfa` and is not fresh.
   */
  readonly weak?: boolean | undefined
  /** The body field that carries the answer: `code`. */
  readonly field: string
  /** What is wrong with the type of the field's value, or null. */
  fieldFault(value: unknown): string | null
  /** Whether the answer could be right for one of these; one that could not is not looked at and not charged. */
  couldBe(answer: unknown, authenticators: readonly Authenticator<Data>[], asked: Asked): boolean
  check(input: CheckInput<Data>): Awaitable<Verdict<Data>>
  /** Whether it could still be answered with. @defaultValue always */
  isUsable?(authenticators: readonly Authenticator<Data>[]): boolean
  /** Flags that the status shows as `true`, in camelCase: `weakSecret`. */
  warnings?(data: Data): readonly string[]
  /** What of its state outlives the user's last factor, such as limits that removing and enrolling must not lift. @defaultValue nothing */
  lasting?(state: JsonObject): JsonObject
  readonly enrollment?: Enrollment<Data>
  readonly backup?: Backup<Data>
  /** Routes beyond those that every factor with an enrollment or a backup has. */
  readonly routes?: readonly FactorRoute[]
}

/** What a body field must be; returns what is wrong with a value, or null. */
export type FieldCheck = (value: unknown) => string | null

/** A factor's own route, for somebody signed in or (with `access: 'anyone'`) on the way in. */
export interface FactorRoute {
  /** Its key in the `routes` option: `totp.qr`. */
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the mount: `/mfa/totp/qr`. */
  readonly path: string
  /** `enrolling` is somebody signed in, or somebody who enrolls in order to be. */
  readonly access: 'anyone' | 'signed_in' | 'enrolling'
  readonly fields: Readonly<Record<string, FieldCheck>>
  /** Set where a call costs something, such as a message: then the host's limiter is asked, as where a code is read. */
  readonly limited?: true
  handle(call: FactorCall): Promise<MfaResponse | JsonObject>
}

/** Somebody on the way in, and what is known there of the factor. */
export interface Challenged {
  readonly user: User
  /** The ephemeral token's id. */
  readonly tokenId: string
  /** The user's authenticators of this factor; none where it is not enrolled. */
  readonly authenticators: readonly Authenticator[]
  /** The factor's own state as it was read, `{}` at first. */
  readonly state: JsonObject
}

/** What a factor's own route can do. */
export interface FactorCall {
  readonly body: Readonly<Record<string, unknown>>
  /** Null on a route that anyone may call. */
  readonly signedIn: SignedIn | null
  readonly issuer: string
  readonly randomBytes: RandomBytes
  /** Who is signed in, asked now: for a route that anyone may call. Null where nobody is. */
  currentUser(): Promise<SignedIn | null>
  /** Whose challenge an ephemeral token is. @throws MfaError `invalid_token` */
  challenged(ephemeralToken: string): Promise<Challenged>
  /** What the factor's `begin` left in the activation token. @throws MfaError `invalid_token` */
  pending(activationToken: string): Promise<JsonObject>
  /**
   * Changes the factor's own state of a user in one compare-and-set. The change is pure and may run again.
   * Resolves to `result`, or throws the change's `error`, once the write is durable.
   */
  change<T>(userId: string, change: StateChange<T>): Promise<T>
  /**
   * Has an answer looked at that is to prove nothing, in one compare-and-set: at the user's own authenticators, which is
   * a fresh act, or with an activation token at what that enrollment's `begin` left. It waits as answers of the factor do.
   *
   * @throws MfaError `step_up_required`, `not_enabled`, `invalid_token`, `too_many_attempts`
   */
  examine<T>(look: Look<T>, activationToken?: unknown): Promise<T>
}

/** A pure look at an answer that is to prove nothing. */
export type Look<T> = (input: {
  /** The user's authenticators of this factor; none where an enrollment is looked at. */
  readonly authenticators: readonly Authenticator[]
  /** What the enrollment's `begin` left, `null` where none is looked at. */
  readonly pending: JsonObject | null
  readonly nowMs: number
}) => {
  readonly result: T
  /**
   * Set where an answer was compared: what the event says of it. It counts as a failure, right or wrong, since the user
   * learns which.
   */
  readonly guess: { readonly matched: boolean; readonly authenticatorId?: string; readonly driftSteps?: number } | null
  /** New data of authenticators, by id, where it was a guess. */
  readonly changed: ReadonlyMap<string, JsonObject>
}

/** The fault text of a code that is not a string. */
export function codeFault(value: unknown): string | null {
  if (typeof value === 'string') return null
  return 'must be a string, in quotes: a number loses its leading zeros'
}

/**
 * The characters of a code without the spaces and dashes people put in, in upper case;
 * null where a character is not ASCII or the code is absurdly long.
 */
export function normalizeCode(code: unknown): string | null {
  if (typeof code !== 'string' || code.length > 256) return null
  const bare = code.replace(/[ -]/g, '')
  return /^[\x21-\x7e]*$/.test(bare) ? bare.toUpperCase() : null
}
