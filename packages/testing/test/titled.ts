import type { ContractCase } from '../src/index.ts'

/** The cases with their names first, which is what `%s` in a title takes. */
export function titled(cases: readonly ContractCase[]): readonly (readonly [string, ContractCase['run']])[] {
  return cases.map(({ name, run }) => [name, run])
}
