import { type FieldError, MfaError } from '../errors.ts'
import type { Factor } from '../factors/factor.ts'
import type { ProofInput } from '../rules/prove.ts'
import { type Route, requiredText } from './route.ts'

type Body = Readonly<Record<string, unknown>>

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
  const checks = route.password === true && asked.password ? { ...route.fields, password: requiredText } : route.fields
  const errors: FieldError[] = Object.entries(checks).flatMap(([field, check]) => fault(field, check(own(body, field))))
  const input: Record<string, unknown> = {}
  const { fields = [], required = false } = route.proof ?? {}
  for (const field of fields) {
    const value = own(body, field)
    if (value === undefined) continue
    input[field] = value
    const factor = asked.factors.find((candidate) => candidate.field === field)
    errors.push(...fault(field, factor?.fieldFault(value) ?? null))
  }
  if (required && Object.keys(input).length === 0) errors.push(...fault(fields[0] as string, 'is required'))
  if (errors.length === 0) return input
  const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ')
  throw new MfaError('invalid_request', { detail, errors })
}

function fault(field: string, message: string | null): readonly FieldError[] {
  return message === null ? [] : [{ field, message }]
}

/** A body's own member: what it inherits is nobody's field. */
function own(body: Body, field: string): unknown {
  return Object.hasOwn(body, field) ? body[field] : undefined
}
