import type { Factor } from '../factors/factor.ts'
import type { JsonObject } from '../ports/values.ts'

/** The JSON Schemas of answers that several routes give. */

const text: JsonObject = { type: 'string' }
const whole: JsonObject = { type: 'integer' }
const instant: JsonObject = { type: 'string', format: 'date-time' }
const instantOrNull: JsonObject = { type: ['string', 'null'], format: 'date-time' }
const texts: JsonObject = { type: 'array', items: text }

/** An object with members that are always there, and others that may be. */
export function objectSchema(members: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', required: Object.keys(members), properties: { ...members, ...more } }
}

/** What a function of the host returns, which only the app knows. */
export const hostAnswer: JsonObject = { type: 'object', description: 'What the app answers with.' }

export const authenticatorSchema = objectSchema({
  id: text,
  type: text,
  name: text,
  created_at: instant,
  last_used_at: instantOrNull,
})

export const authenticatorsSchema = objectSchema({ authenticators: { type: 'array', items: authenticatorSchema } })

export const statusSchema: JsonObject = {
  ...objectSchema({
    mfa_enabled: { type: 'boolean' },
    created_at: instantOrNull,
    last_used_at: instantOrNull,
    methods: texts,
    recovery_codes_remaining: whole,
  }),
  additionalProperties: { const: true, description: 'A warning of a factor.' },
}

export const unusedCodesSchema = objectSchema({ codes: texts, remaining: whole })

export const codesSchema = objectSchema({ codes: texts })

export const detailSchema = objectSchema({ detail: text })

/** What the app answers to a step-up, or when it was. */
export const stepUpSchema: JsonObject = { ...hostAnswer, properties: { proved_at: instantOrNull } }

/** What a confirmed enrollment gives, beside what the app does. */
export const confirmedSchema = objectSchema({ recovery_codes: texts, authenticator: authenticatorSchema })

/** What beginning gives: the token, and what the factor shows. */
export function begunSchema(shown: JsonObject, more: JsonObject = {}): JsonObject {
  return objectSchema({ ...shown, activation_token: text, expires_in: whole, ...more })
}

/** What registering gives, with any of the factors. */
export function registeredSchema(factors: readonly Factor[]): JsonObject {
  const user = objectSchema({ id: text, name: text })
  const shown = factors.flatMap(({ enrollment }) => (enrollment === undefined ? [] : [enrollment.shown]))
  return { anyOf: shown.map((members) => begunSchema(members, { user, recovery_codes: texts })) }
}

/** What a login comes to: a sign-in, a challenge with what factors ask along with it, or the demand to enroll. */
export function loginSchema(factors: readonly Factor[]): JsonObject {
  const asked = factors.flatMap(({ type, challenge }) =>
    challenge === undefined ? [] : [[type, challenge.schema] as const],
  )
  const token = { ephemeral_token: text, expires_in: whole, methods: texts }
  return {
    anyOf: [
      objectSchema({ mfa_required: { const: true }, ...token }, Object.fromEntries(asked)),
      objectSchema({ mfa_enrollment_required: { const: true }, ...token }),
      hostAnswer,
    ],
  }
}

export const tokensSchema = objectSchema({
  access_token: text,
  token_type: { const: 'bearer' },
  expires_in: whole,
  refresh_token: text,
})

/** RFC 7517, section 5. */
export const keysSchema = objectSchema({ keys: { type: 'array', items: { type: 'object' } } })
