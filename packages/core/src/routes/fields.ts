import { type FieldError, MfaError } from '../errors.ts'
import type { Factor } from '../factors/factor.ts'
import { type Body, type Fields, ownField, requiredText } from '../fields.ts'
import type { ProofInput } from '../rules/prove.ts'
import type { BoundHost, Route } from './route.ts'

/**
 * Checks the fields a route asks for and picks those that factors read. Everything else in the body is left alone.
 *
 * @throws MfaError `invalid_request` that names each field at fault
 */
export function checkFields(
  body: Body,
  route: Pick<Route, 'fields' | 'proof' | 'password'>,
  asked: { factors: readonly Factor[]; host: Pick<BoundHost, 'confirmPassword' | 'confirmed'> | null },
): ProofInput {
  const isInstead = route.password === 'instead' && isPasswordAlone(body, asked.host)
  const isBeside = route.password === 'beside' && asked.host?.confirmPassword !== undefined
  const fields: Fields = isBeside || isInstead ? { ...route.fields, password: requiredText } : route.fields
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
  if (required && !isInstead && first !== undefined && Object.keys(input).length === 0)
    errors.push(...fault(first, 'is required'))
  if (errors.length === 0) return input
  const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ')
  throw new MfaError('invalid_request', { detail, errors })
}

/** Whether a password may come instead of a factor's answer, and has. */
function isPasswordAlone(body: Body, host: Pick<BoundHost, 'confirmPassword' | 'confirmed'> | null): boolean {
  return host?.confirmPassword !== undefined && host.confirmed !== undefined && Object.hasOwn(body, 'password')
}

function fault(field: string, message: string | null): readonly FieldError[] {
  return message === null ? [] : [{ field, message }]
}
