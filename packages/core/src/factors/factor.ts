import type { MfaEventReason } from '../errors.ts'
import type { Body, Field, Fields } from '../fields.ts'
import type { Strength } from '../ports/proof.ts'
import type { User } from '../ports/user.ts'
import type { Awaitable, JsonObject, RandomBytes } from '../ports/values.ts'
import type { Authenticator } from '../record/record.ts'
import type { FactorRoute } from './factor-route.ts'
import type { FactorKeys, Holding, StateChange } from './holding.ts'

/** What an answer is for. A login is answered in its two steps; `sign_in` stands alone, without a password. */
export type Purpose = 'login' | 'step_up' | 'deactivate' | 'sign_in' | 'enroll'

/**
 * What a factor is among a user's others: `primary` may be the only one; `beside` is enrolled beside another one and goes
 * with the last of those; `backup` comes along with the first and goes with the last.
 */
export type Role = 'primary' | 'beside' | 'backup'

/** Whose answer it is, and what it is for. */
export interface Asked {
  readonly userId: string
  /** The factor's own state, `{}` at first. */
  readonly state: JsonObject
  readonly purpose: Purpose
  /** The ephemeral token's id, `null` if there is none. */
  readonly tokenId: string | null
  readonly keys: FactorKeys
  readonly nowMs: number
}

/** Whose answer it is, and the user's authenticators of the factor; at least one. */
export interface ParseInput<Data extends object = JsonObject> extends Asked {
  readonly authenticators: readonly Authenticator<Data>[]
}

/** What a check may look at: all that is not pure is passed in. */
export interface CheckInput<Data extends object = JsonObject, Answer = unknown> extends ParseInput<Data> {
  /** What `parse` made of the answer. */
  readonly answer: Answer
  /** Whether a verdict has spent this id before. */
  readonly isSpent: (id: string) => boolean
}

/** What every verdict may bring, right or wrong. It is stored before anybody hears of the verdict. */
export interface Found<Data extends object = JsonObject> {
  /** New data of authenticators, by id. */
  readonly changed?: ReadonlyMap<string, Data>
  readonly state?: JsonObject
  /** How many time steps the authenticator's clock is off, if the code told. */
  readonly driftSteps?: number
}

/** What an answer was wrong for. */
export interface WrongAnswer {
  readonly ok: false
  readonly reason: MfaEventReason
}

/** What a check found. A wrong answer is counted, so a check is only asked what could be right. */
export type Verdict<Data extends object = JsonObject> =
  | (Found<Data> & {
      readonly ok: true
      readonly authenticatorId: string
      /** RFC 8176 values of this proof, if they are not the factor's usual ones. */
      readonly amr?: readonly string[]
      /** An id that no later verdict may use again, and when it may be forgotten, in milliseconds since 1970. */
      readonly spend?: { readonly id: string; readonly expiresAt: number }
    })
  | (Found<Data> & WrongAnswer & { readonly authenticatorId?: string })

/** What an enrollment begins with. */
export interface BeginInput<Data extends object = JsonObject> extends Holding<Data> {
  readonly user: User
  readonly issuer: string
  readonly randomBytes: RandomBytes
  /** The enrollment's `fields`, checked. */
  readonly fields: Body
  /** Changes the factor's own state of the user in one compare-and-set, as `FactorCall.change` does. */
  change<T>(change: StateChange<T>): Promise<T>
}

/** What an enrollment ends with. */
export interface ConfirmInput<Data extends object = JsonObject, Answer = unknown, Pending extends object = JsonObject>
  extends Holding<Data> {
  readonly userId: string
  /** What `parse` made of the answer. */
  readonly answer: Answer
  readonly pending: Pending
  readonly nowMs: number
}

/** What confirming found. */
export type Confirmation<Data extends object = JsonObject> =
  | (Found<Data> & {
      readonly ok: true
      readonly data: Data
      /** What it is called unless the user says otherwise. @defaultValue the enrollment's `name` and a number */
      readonly name?: string
      /** RFC 8176 values of this proof, if they are not the factor's usual ones. */
      readonly amr?: readonly string[]
    })
  | (Found<Data> & WrongAnswer)

/** How an authenticator of a factor is enrolled: begun, then confirmed by an answer. */
export interface Enrollment<Data extends object = JsonObject, Answer = unknown, Pending extends object = JsonObject> {
  /** Most authenticators of the factor a user may have. */
  readonly limit: number
  /** The default name, before its number: `Authenticator`. */
  readonly name: string
  /**
   * Fields of the body that beginning takes. If they are named, even as `{}`, beginning is a POST and asks the limiter.
   *
   * @defaultValue none
   */
  readonly fields?: Fields
  /**
   * The paths of beginning and confirming, below `/mfa/<path>/`.
   *
   * @defaultValue `activate` for both, if beginning takes no fields
   */
  readonly paths?: { readonly begin: string; readonly confirm: string }
  /** JSON Schemas of what `begin` shows, by their names on the wire. */
  readonly shown: Readonly<Record<string, JsonObject>>
  /**
   * Makes a new one. `pending` travels encrypted in the activation token; `answer` is shown to the user
   * (camelCase here, snake_case on the wire). It runs once, so it may send something.
   */
  begin(input: BeginInput<Data>): Awaitable<{ pending: Pending; answer: JsonObject }>
  /** What the answer says, or null if it does not have the form of a right one: then it is refused and not counted. */
  parse(answer: unknown, pending: Pending): Answer | null
  /**
   * Makes the data of an authenticator that another system enrolled, for `mfa.import`, and tells whether another one is the
   * same. @throws MfaError `invalid_request` that names the field
   */
  readonly import?: (from: Body) => { readonly data: Data; readonly isSame: (other: Data) => boolean }
  /** Looks at the answer; the data of a right one must not accept the same answer again. */
  confirm(input: ConfirmInput<Data, Answer, Pending>): Awaitable<Confirmation<Data>>
}

/** The codes of a backup. */
export interface Backup<Data extends object = JsonObject> {
  create(input: { randomBytes: RandomBytes }): Awaitable<{ data: Data; codes: readonly string[] }>
  /** Makes the data of another system's unused codes, for `mfa.import`. @throws MfaError `invalid_request` */
  readonly import?: (codes: readonly unknown[], input: { randomBytes: RandomBytes }) => Awaitable<Data>
  /** The unused codes, as far as they may be shown again. */
  list(data: Data): readonly string[]
}

/** What a factor asks in the answer to a login, so that a client needs no further call. */
export interface FactorChallenge<Data extends object = JsonObject> {
  /** JSON Schema of what is asked. */
  readonly schema: JsonObject
  /** Makes what is asked. It is on the wire under the factor's type, in snake_case but for what `asIs` marks. */
  create(
    input: Holding<Data> & {
      readonly userId: string
      readonly tokenId: string
      /** When the ephemeral token expires, in milliseconds since 1970. */
      readonly expiresAt: number
      readonly randomBytes: RandomBytes
    },
  ): Awaitable<JsonObject>
}

/** A kind of proof. One file or package a factor; nothing else knows how it works. Make it with `defineFactor`. */
export interface Factor<
  Data extends object = JsonObject,
  Answer = unknown,
  Pending extends object = JsonObject,
  EnrollmentAnswer = Answer,
> {
  /** Its name in `methods`, events and proofs: `totp`. */
  readonly type: string
  /** Its name in sentences: `TOTP`. */
  readonly title: string
  /** Its routes live below `/mfa/<path>/`: `totp`. */
  readonly path: string
  /** RFC 8176 values of a proof by it, between `pwd` and `mfa`. */
  readonly amr: readonly string[]
  /** `knowledge` raises no assurance beside a password (OWASP ASVS 5.0, 6.4.2): it is asked at login alone, and its proof is never fresh. */
  readonly strength: Strength
  readonly role: Role
  /** The body field that carries the answer: `code`. */
  readonly field: Field & { readonly name: string }
  /** Set if a try has odds under 2^-50: then failures are not counted, and nobody waits. */
  readonly unguessable?: boolean
  /** What the answer says, or null if it could not be right for one of these: then it is not looked at and not counted. */
  parse(answer: unknown, input: ParseInput<Data>): Answer | null
  check(input: CheckInput<Data, Answer>): Awaitable<Verdict<Data>>
  readonly challenge?: FactorChallenge<Data>
  /**
   * Whose answer this is, for a factor that signs in alone: then there is `<type>.login`. Null if nobody's. It makes no
   * promise that the answer is right: `check` is asked with the purpose `sign_in`.
   */
  identify?(answer: unknown, input: { readonly keys: FactorKeys; readonly nowMs: number }): Awaitable<string | null>
  /** How many answers an authenticator is still good for. At 0 it is no longer among the methods. @defaultValue no end to them */
  readonly remaining?: (data: Data) => number
  /** Flags that the status shows as `true`, in camelCase: `weakSecret`. */
  warnings?(data: Data): readonly string[]
  /** What of its state outlives the user's last factor, such as limits that removing and enrolling must not lift. @defaultValue nothing */
  lasting?(state: JsonObject): JsonObject
  readonly enrollment?: Enrollment<Data, EnrollmentAnswer, Pending>
  /** Set if its role is `backup`. */
  readonly backup?: Backup<Data>
  /** Routes beyond those that every factor with an enrollment or a backup has. */
  readonly routes?: readonly FactorRoute[]
}

/**
 * Makes a factor that has its own types of data, parsed answers, and pending enrollments. The data and what is pending must be
 * JSON.
 */
export function defineFactor<
  Data extends object,
  Answer = string,
  Pending extends object = JsonObject,
  EnrollmentAnswer = Answer,
>(factor: Factor<Data, Answer, Pending, EnrollmentAnswer>): Factor {
  // What the record and the tokens keep of a factor goes to that factor alone, so each sees its own types.
  return Object.freeze({ ...factor }) as unknown as Factor
}
