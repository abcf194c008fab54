import { allOf } from './bytes.ts'
import type { Origin } from './imports.ts'

/** Code that is weighed. */
export interface Code {
  readonly name: string
  /** The text of a module that imports it. */
  readonly entry: string
  /** The text of what an app cannot do without beside it; it counts in all of it, and not as its own. */
  readonly beside?: string
  readonly from: Origin
  /** The packages whose code is the contestant's own. */
  readonly own: RegExp
}

const theCore = `export { createMfa } from '@latchkey/core'\n`

/** Who is weighed. Of better-auth only what an app must import counts; of the others, all that they export. */
export const codes: readonly Code[] = [
  { name: '@latchkey/core', entry: allOf('@latchkey/core'), from: 'workspace', own: /^@latchkey\/core$/ },
  {
    name: '@latchkey/express',
    entry: allOf('@latchkey/express'),
    beside: theCore,
    from: 'workspace',
    own: /^@latchkey\/express$/,
  },
  {
    name: '@latchkey/koa',
    entry: allOf('@latchkey/koa'),
    beside: theCore,
    from: 'workspace',
    own: /^@latchkey\/koa$/,
  },
  {
    name: 'better-auth and its twoFactor',
    entry: `export { betterAuth } from 'better-auth'\nexport { twoFactor } from 'better-auth/plugins/two-factor'\n`,
    from: 'contestants',
    own: /^(?:better-auth|@better-auth)(?:\/|$)/,
  },
  { name: 'otplib', entry: allOf('otplib'), from: 'contestants', own: /^@?otplib(?:\/|$)/ },
]
