/** The rule guarded here: on Koa 2 and 3 the wire is the same as everywhere, to the letter. */
import { createRequire } from 'node:module'
import Koa from 'koa'
import koaSession from 'koa-session'
import Koa2 from 'koa2'
import { testAdapter } from './contract.ts'
import { koaFramework } from './koa-app.ts'

testAdapter(
  koaFramework('Koa 3 with a prefix and koa-session 7', { create: Koa, session: koaSession, mounting: 'prefix' }),
)
testAdapter(
  koaFramework('Koa 2 with koa-mount and koa-session 6', {
    create: Koa2 as unknown as typeof Koa,
    session: createRequire(import.meta.url)('koa-session6') as typeof koaSession,
    mounting: 'koa-mount',
  }),
)
