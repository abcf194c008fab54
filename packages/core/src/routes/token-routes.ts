import { requiredText, textOf } from '../fields.ts'
import { endFamily, refreshTokens } from '../operations/bearer/bearer.ts'
import { toWire } from '../wire.ts'
import { emptyAnswer } from './answer.ts'
import type { Route } from './route.ts'
import { keysSchema, tokensSchema } from './schemas.ts'

/** The routes of bearer tokens. None of them takes an access token. */
export const tokenRoutes: readonly Route[] = [
  {
    name: 'token.refresh',
    method: 'POST',
    path: '/token/refresh',
    access: 'anyone',
    needs: 'bearer',
    fields: { refresh_token: requiredText },
    answer: tokensSchema,
    handle: async ({ core, body, requestId }) => ({
      body: toWire(await refreshTokens(core, textOf(body, 'refresh_token'), { requestId })),
    }),
  },
  {
    name: 'token.revoke',
    method: 'POST',
    path: '/token/revoke',
    access: 'anyone',
    needs: 'bearer',
    fields: { refresh_token: requiredText },
    answer: null,
    async handle({ core, body, requestId }) {
      await endFamily(core, textOf(body, 'refresh_token'), { requestId })
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
    answer: keysSchema,
    handle: async ({ core }) => ({ body: await core.accessTokens.jwks() }),
  },
]
