import { createAccount } from './account/account.ts'
import { createProofs } from './account/proofs.ts'
import type { Client } from './client.ts'
import { createEnrollment } from './enrollment/enrollment.ts'
import { createAsk } from './http/ask.ts'
import { createServerClock } from './http/server-clock.ts'
import { createChallenge } from './login/challenge.ts'
import { createLogin } from './login/login.ts'
import type { ClientOptions } from './options.ts'
import type { JsonObject } from './ports.ts'
import { createProbe } from './probe.ts'
import { createAppFetch } from './session/app-fetch.ts'
import { createKeeper } from './session/keeper.ts'
import { createRefresh } from './session/refresh.ts'
import { createAskSignedIn, createAsSignedIn } from './session/signed-in.ts'
import { readOptions } from './settings.ts'

/**
 * Make a client of one app, for one user at a time. It sends nothing until a method is called.
 *
 * @typeParam Answer - The app's answer to a sign-in
 * @throws TypeError that names the option at fault and says what is right
 */
export function createClient<Answer extends JsonObject = JsonObject>(options: ClientOptions): Client<Answer> {
  const settings = readOptions(options)
  const { now } = settings
  const clock = createServerClock({ now, maxSkewMs: settings.maxClockSkewMs })
  const serverNowMs = () => now() + (clock.reading()?.offsetSeconds ?? 0) * 1000
  const keeper = createKeeper(settings)
  const ask = createAsk(settings, { keeper, clock })
  const parts = { settings, keeper, ask, clock, serverNowMs }
  const refresh = createRefresh(parts)
  const asSignedIn = createAsSignedIn({ keeper, refresh, prove: (signal) => proofs.proveFresh(signal) })
  const askSignedIn = createAskSignedIn(ask, asSignedIn)
  const proofs = createProofs({
    ...parts,
    askSignedIn,
    ephemeralToken: () => challenge.pending?.ephemeralToken ?? null,
  })
  const challenge = createChallenge({ ...parts, enroll: (token) => enrollment.demand(token) })
  const login = createLogin({ ...parts, challenge, send: proofs.sendForLogin })
  const enrollment = createEnrollment({ ...parts, askSignedIn, signedIn: challenge.signedIn })
  const { demand: _demand, activationToken, ...enrolling } = enrollment
  const { stepUp, disable, sendCode } = proofs
  const client: Client = {
    ...login,
    resume: challenge.resume,
    get pending() {
      return challenge.pending
    },
    ...enrolling,
    stepUp,
    disable,
    sendCode,
    ...createAccount({ askSignedIn, activationToken }),
    refresh: async ({ signal } = {}) => refresh(await keeper.tokens(), signal),
    async logout({ signal } = {}) {
      const refreshToken = (await keeper.tokens())?.refreshToken
      try {
        if (refreshToken !== undefined)
          await ask({ route: 'token.revoke', json: { refresh_token: refreshToken }, as: 'nobody', signal })
      } finally {
        await keeper.clear()
      }
    },
    held: keeper.held,
    fetch: createAppFetch(settings, { keeper, asSignedIn }),
    probe: createProbe(settings, { ask, clock }),
    clock: clock.reading,
  }
  // The caller says what the app answers. Nothing here looks at it.
  return Object.freeze(client) as Client<Answer>
}
