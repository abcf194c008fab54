import type { Mfa } from '@latchkey/core'
import type { AdapterContractOptions, AppSetup, RunningApp } from '@latchkey/testing'

/** The contract's app, or the same with bearer tokens in the place of sessions, or with cookies of its own. */
export interface Setup extends AppSetup {
  readonly bearer?: Mfa | undefined
  /** Whether the app sets the cookie `app=1` and writes to the session before anybody else sees a request. */
  readonly marks?: boolean | undefined
}

/** A web framework, in one version, with its adapter: the app that each builds is the one that `AppSetup` tells of. */
export interface Framework extends AdapterContractOptions {
  readonly name: string
  readonly start: (setup: Setup) => Promise<RunningApp>
}
