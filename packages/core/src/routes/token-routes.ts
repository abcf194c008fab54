import { endFamily, refreshTokens } from '../operations/bearer/bearer.ts'
import { emptyAnswer, toWire } from './answer.ts'
import { type Route, requiredText } from './route.ts'

/** The routes of bearer tokens. None of them takes an access token. */
export const tokenRoutes: readonly Route[] = [
  {
    name: 'token.refresh',
    method: 'POST',
    path: '/token/refresh',
    access: 'anyone',
    needs: 'bearer',
    fields: { refresh_token: requiredText },
    handle: async ({ core, body, requestId }) => ({
      body: toWire(await refreshTokens(core, body['refresh_token'], { requestId })),
    }),
  },
  {
    name: 'token.revoke',
    method: 'POST',
    path: '/token/revoke',
    access: 'anyone',
    needs: 'bearer',
    fields: { refresh_token: requiredText },
    async handle({ core, body, requestId }) {
      await endFamily(core, body['refresh_token'], { requestId })
      return emptyAnswer()
    },
  },
  {
    name: 'token.keys',
    method: 'GET',
    path: '/.well-known/jwks.json',
    access: 'anyone',
    needs: 'bearer',
    fields: {},
    handle: async ({ core }) => ({ body: await core.accessTokens.jwks() }),
  },
]
