import type { ContractCase } from '../contract-case.ts'
import type { AdapterContractOptions } from './app-setup.ts'
import { bodyRules } from './cases/bodies.ts'
import { crossSiteRules } from './cases/cross-site.ts'
import { errorRules } from './cases/errors.ts'
import { guardRules } from './cases/guard.ts'
import { hostErrorRules } from './cases/host-errors.ts'
import { journeyRules } from './cases/journey.ts'
import { pathRules } from './cases/paths.ts'
import { sessionRules } from './cases/sessions.ts'
import { type AdapterRule, within } from './rule.ts'
import { openSetting, type Setting } from './setting.ts'

/**
 * Returns everything that Latchkey's routes promise, case by case over real HTTP: the answers are the same through
 * every adapter and on every framework. For any test runner that takes a name and an async function.
 *
 * @example
 * ```ts
 * import { type AppSetup, adapterContract, type RunningApp } from '@latchkey/testing'
 * import { test } from 'node:test'
 *
 * declare function start(setup: AppSetup): Promise<RunningApp> // your framework's app, as AppSetup says
 *
 * for (const { name, run } of adapterContract({ start })) void test(name, run)
 * ```
 */
export function adapterContract(options: AdapterContractOptions): readonly ContractCase[] {
  const rules: readonly AdapterRule[] = [
    ...within('the routes', journeyRules),
    ...within('the errors', errorRules),
    ...within('the paths', pathRules),
    ...within('the bodies', bodyRules),
    ...within('requests from other sites', crossSiteRules),
    ...within('errors of the app', hostErrorRules),
    ...within('the guard', guardRules),
    ...within('the sessions', sessionRules(options)),
  ]
  return rules.map(({ name, check }) => ({ name, run: () => runRule(check, options) }))
}

async function runRule(check: AdapterRule['check'], options: AdapterContractOptions): Promise<void> {
  const opened: Setting[] = []
  try {
    await check(async (wanted) => {
      const setting = await openSetting(options, wanted)
      opened.push(setting)
      return setting
    })
  } finally {
    await Promise.all(opened.map(({ close }) => close()))
  }
}
