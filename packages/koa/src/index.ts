export type { MfaContext, SessionHostOptions } from '@latchkey/core'
export { type KoaMfa, type KoaMfaOptions, koaMfa } from './koa-mfa.ts'
export { koaSessionHost } from './koa-session-host.ts'
