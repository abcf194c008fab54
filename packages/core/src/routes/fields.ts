import { type FieldError, MfaError } from '../errors.ts'
import type { Factor } from '../factors/factor.ts'
import { type Body, type Fields, ownField, requiredText } from '../fields.ts'
import type { ProofInput } from '../rules/prove.ts'
import type { Route } from './route.ts'

/**
 * Checks the fields a route asks for and picks those that factors read. Everything else in the body is left alone.
 *
 * @throws MfaError `invalid_request` that names each field at fault
 */
export function checkFields(
  body: Body,
  route: Pick<Route, 'fields' | 'proof' | 'password'>,
  asked: { factors: readonly Factor[]; password: boolean },
): ProofInput {
  const fields: Fields =
    asked.password && route.password === true ? { ...route.fields, password: requiredText } : route.fields
  const errors: FieldError[] = Object.entries(fields).flatMap(([name, { check }]) =>
    fault(name, check(ownField(body, name))),
  )
  const input: Record<string, unknown> = {}
  const { fields: names = [], required = false } = route.proof ?? {}
  for (const name of names) {
    const value = ownField(body, name)
    if (value === undefined) continue
    input[name] = value
    const factor = asked.factors.find(({ field }) => field.name === name)
    errors.push(...fault(name, factor?.field.check(value) ?? null))
  }
  const [first] = names
  if (required && first !== undefined && Object.keys(input).length === 0) errors.push(...fault(first, 'is required'))
  if (errors.length === 0) return input
  const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ')
  throw new MfaError('invalid_request', { detail, errors })
}

function fault(field: string, message: string | null): readonly FieldError[] {
  return message === null ? [] : [{ field, message }]
}
