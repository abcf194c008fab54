import { expressMfa, expressSessionHost } from '@latchkey/express'
import { koaMfa, koaSessionHost } from '@latchkey/koa'
import { listen } from '@latchkey/testing'
import express from 'express'
import session from 'express-session'
import Koa from 'koa'
import koaSession from 'koa-session'
import type { Framework } from '../../adapters/framework.ts'

/** Apps that leave errors to their framework, which prints them, and whose sign-in always fails. */
export const bareFrameworks: Readonly<Record<string, Framework>> = {
  'bare Express': {
    name: 'bare Express',
    start({ mfa, app: { findUser, checkCredentials } }) {
      const app = express()
      app.use(session({ secret: 'of the sessions', resave: false, saveUninitialized: false }))
      app.use('/auth', expressMfa(mfa, expressSessionHost({ findUser, checkCredentials, respond: broken })).routes)
      return listen(app)
    },
  },
  'bare Koa': {
    name: 'bare Koa',
    start({ mfa, app: { findUser, checkCredentials } }) {
      const app = new Koa()
      app.keys = ['of the cookies']
      app.use(koaSession({}, app))
      const host = koaSessionHost({ findUser, checkCredentials, respond: broken })
      app.use(koaMfa(mfa, host, { prefix: '/auth' }).routes)
      return listen(app.callback())
    },
  },
}

function broken(): never {
  throw new Error('the app is broken')
}
