import type { Setting, SettingOptions } from './setting.ts'

/** Starts an app, which the end of the case closes. */
export type Open = (options?: SettingOptions) => Promise<Setting>

/** A rule, and what is needed to check it. */
export interface AdapterRule {
  readonly name: string
  readonly check: (open: Open) => Promise<void>
}

/** The same rules, named as part of something. */
export function within(part: string, rules: readonly AdapterRule[]): readonly AdapterRule[] {
  return rules.map(({ name, check }) => ({ name: `${part}: ${name}`, check }))
}
