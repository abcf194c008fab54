import type { Begun } from '../../operations/enrollment/begin.ts'
import type { AuthenticatorSummary } from '../../rules/authenticators.ts'
import { toWire, toWireObject } from '../../wire.ts'
import { authenticatorSchema, objectSchema } from '../schemas.ts'

/** The factor behind the resource, and how both are called on the wire. */
export const resource = {
  factor: 'totp',
  type: 'mfa',
  /** What the factor reads of an answer. */
  answer: 'code',
  /** What the factor shows at the beginning, by its name on the wire. */
  shown: { otpauth_url: 'totpUrl', secret: 'secret' },
} as const

/** A secret that is not enrolled yet. Nothing is stored of it, so its id is all there is: the activation token. */
export function pendingSecret(begun: Begun): unknown {
  const shown = Object.entries(resource.shown).map(([name, member]) => [name, begun[member]])
  const { activationToken: id, expiresIn } = begun
  return toWire({ id, type: resource.type, secret: Object.fromEntries(shown), expiresIn })
}

/** An enrolled secret. It is never shown again itself. */
export function enrolledSecret(authenticator: AuthenticatorSummary): object {
  return toWireObject({ ...authenticator, type: resource.type })
}

const text = { type: 'string' }

export const pendingSecretSchema = objectSchema({
  id: text,
  type: { const: resource.type },
  secret: objectSchema({ otpauth_url: text, secret: text }),
  expires_in: { type: 'integer' },
})

export const secretSchema = { ...authenticatorSchema, description: `Its type is "${resource.type}".` }
