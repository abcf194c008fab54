import { optionalCode, optionalText, optionalTextOf } from '../../fields.ts'
import type { Authenticator } from '../../record/record.ts'
import { normalizeCode } from '../codes.ts'
import type { FactorRoute, Look } from '../factor-route.ts'
import type { TotpData, TotpParameters } from './parameters.ts'
import { type CodeSource, stepsWithCode, timeStep } from './steps.ts'

/** A code is looked for so far before and after the time, in seconds. */
const searchedSeconds = 600

/** What is told of one authenticator; `matched` is null if no code was sent. */
export type Diagnosis = {
  readonly id: string | null
  readonly name: string | null
  /** Seconds. */
  readonly period: number
  /** The latest time step that was accepted. */
  readonly last_step: number | null
  readonly matched: boolean | null
  /** How many steps the code is ahead of the time (behind, if negative); null if it is none of these minutes. */
  readonly drift_steps: number | null
}

const wholeOrNull = { type: ['integer', 'null'] } as const
const diagnosisSchema = {
  type: 'object',
  required: ['id', 'name', 'period', 'last_step', 'matched', 'drift_steps'],
  properties: {
    id: { type: ['string', 'null'] },
    name: { type: ['string', 'null'] },
    period: { type: 'integer' },
    last_step: wholeOrNull,
    matched: { type: ['boolean', 'null'] },
    drift_steps: wholeOrNull,
  },
} as const

/**
 * Tells why codes are refused: what time it is here, and how far off a code is. It never tells a code, it counts as a
 * guess, and a code that it found is used up, so that nobody can have one looked for before its time.
 */
export const diagnose: FactorRoute = {
  name: 'totp.diagnose',
  method: 'POST',
  path: '/mfa/totp/diagnose',
  access: 'enrolling',
  limited: true,
  fields: { code: optionalCode, activation_token: optionalText },
  answer: {
    type: 'object',
    required: ['server_time', 'authenticators'],
    properties: {
      server_time: { type: 'string', format: 'date-time' },
      authenticators: { type: 'array', items: diagnosisSchema },
    },
  },
  handle: (call) =>
    call.examine(lookFor(optionalTextOf(call.body, 'code')), optionalTextOf(call.body, 'activation_token')),
}

interface Subject {
  readonly id: string | null
  readonly name: string | null
  readonly source: CodeSource
  readonly lastStep: number
}

function lookFor(code: unknown): Look<{ server_time: string; authenticators: readonly Diagnosis[] }> {
  const given = code === undefined ? null : normalizeCode(code)
  return ({ authenticators, pending, nowMs }) => {
    const subjects =
      pending === null ? authenticators.map(subjectOf) : [subjectOfPending(pending as TotpParameters & CodeSource)]
    const asked = subjects.map((subject) => ({ subject, steps: stepsOf(given, subject, nowMs) }))
    const result = {
      server_time: new Date(nowMs).toISOString(),
      authenticators: asked.map(({ subject, steps }): Diagnosis => {
        const { id, name, source, lastStep } = subject
        const now = timeStep(nowMs, source.period)
        const offsets = steps.map((step) => step - now)
        const least = Math.min(...offsets.map(Math.abs))
        const nearest = offsets.find((offset) => Math.abs(offset) === least)
        return {
          id,
          name,
          period: source.period,
          last_step: lastStep < 0 ? null : lastStep,
          matched: code === undefined ? null : nearest !== undefined,
          drift_steps: nearest ?? null,
        }
      }),
    }
    const [matched] = result.authenticators.flatMap(({ id, drift_steps: driftSteps }) =>
      driftSteps === null ? [] : [{ id, driftSteps }],
    )
    const guess = subjects.some(({ source }) => isCodeOf(given, source)) ? guessOf(matched) : null
    const found = new Map(asked.map(({ subject, steps }) => [subject.id, steps]))
    const changed = new Map(authenticators.map(({ id, data }) => [id, withBurned(data as TotpData, found.get(id))]))
    return { result, guess, changed }
  }
}

function guessOf(found: { readonly id: string | null; readonly driftSteps: number } | undefined) {
  if (found === undefined) return { matched: false }
  const { id, driftSteps } = found
  return { matched: true, driftSteps, ...(id === null ? {} : { authenticatorId: id }) }
}

function subjectOf({ id, name, data }: Authenticator): Subject {
  const own = data as TotpData
  return { id, name, source: own, lastStep: own.lastStep }
}

function subjectOfPending(source: CodeSource): Subject {
  return { id: null, name: null, source, lastStep: -1 }
}

function isCodeOf(code: string | null, { digits }: CodeSource): code is string {
  return code?.length === digits && /^[0-9]+$/.test(code)
}

/** The steps around the time whose code this is. */
function stepsOf(code: string | null, { source }: Subject, nowMs: number): readonly number[] {
  if (!isCodeOf(code, source)) return []
  const reach = Math.floor(searchedSeconds / source.period)
  return stepsWithCode(code, source, { step: timeStep(nowMs, source.period), from: -reach, to: reach })
}

/** Steps that were found are never taken. Those up to the last one that was taken need no mention. */
function withBurned(data: TotpData, found: readonly number[] = []): TotpData {
  const later = [...(data.burned ?? []), ...found].filter((step) => step > data.lastStep)
  const burned = [...new Set(later)]
  return burned.length === 0 ? data : { ...data, burned }
}
