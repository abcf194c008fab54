export type { BearerHostOptions, MfaContext, SessionHostOptions } from '@latchkey/core'
export { bearerHost } from './bearer-host.ts'
export { type KoaMfa, type KoaMfaOptions, koaMfa } from './koa-mfa.ts'
export { koaSessionHost } from './koa-session-host.ts'
