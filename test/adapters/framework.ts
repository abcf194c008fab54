import type { AdapterContractOptions, AppSetup, RunningApp } from '@latchkey/testing'

/** A web framework, in one version, with its adapter: the app that each builds is the one that `AppSetup` tells of. */
export interface Framework extends AdapterContractOptions {
  readonly name: string
  readonly start: (setup: AppSetup) => Promise<RunningApp>
}
