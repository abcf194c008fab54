import { ClientError } from '../errors.ts'
import { type Answer, codeOf } from '../http/answer.ts'
import type { Ask, Call } from '../http/ask.ts'
import type { Keeper } from '../ports.ts'
import type { Refresh } from './refresh.ts'

/** What a 401 asks for: a refresh if it is `unauthenticated`, a fresh proof if it is `step_up_required`. */
export type Demand = 'unauthenticated' | 'step_up_required' | null

/** One try of a call, and what its answer asks for. */
export interface Try<Result> {
  readonly attempt: () => Promise<Result>
  readonly demandOf: (result: Result) => Demand | Promise<Demand>
  readonly signal: AbortSignal | undefined
  /** @defaultValue true */
  readonly stepsUp?: boolean
}

/** Make a call as the user who is signed in. Repeat it once after a refresh, and once after a fresh proof. */
export type AsSignedIn = <Result>(asked: Try<Result>) => Promise<Result>

export interface SignedInParts {
  readonly keeper: Keeper
  readonly refresh: Refresh
  /** Gives a fresh proof from the options. False if they have nothing for it. */
  readonly prove: (signal: AbortSignal | undefined) => Promise<boolean>
}

export function createAsSignedIn({ keeper, refresh, prove }: SignedInParts): AsSignedIn {
  return async ({ attempt, demandOf, signal, stepsUp = true }) => {
    let mayRefresh = true
    let mayProve = stepsUp
    for (;;) {
      const used = await keeper.tokens()
      const result = await attempt()
      const demand = await demandOf(result)
      if (demand === 'unauthenticated' && mayRefresh && used?.refreshToken !== undefined) {
        mayRefresh = false
        if (await hasRefreshed(() => refresh(used, signal))) continue
      } else if (demand === 'step_up_required' && mayProve) {
        mayProve = false
        if (await prove(signal)) continue
      }
      return result
    }
  }
}

/** Make the function that calls a route of Latchkey as the user who is signed in. */
export function createAskSignedIn(ask: Ask, asSignedIn: AsSignedIn) {
  return (call: Call, { stepsUp = true }: { readonly stepsUp?: boolean } = {}): Promise<Answer> =>
    asSignedIn({ attempt: () => ask(call), demandOf, signal: call.signal, stepsUp })
}

export type AskSignedIn = ReturnType<typeof createAskSignedIn>

function demandOf(answer: Answer): Demand {
  const code = codeOf(answer)
  return answer.status === 401 && (code === 'unauthenticated' || code === 'step_up_required') ? code : null
}

/** Whether the refresh worked. If the sign-in is over, the refusal that came first already says so. */
async function hasRefreshed(refresh: () => Promise<unknown>): Promise<boolean> {
  try {
    await refresh()
    return true
  } catch (error) {
    if (error instanceof ClientError && error.code === 'unauthenticated') return false
    throw error
  }
}
