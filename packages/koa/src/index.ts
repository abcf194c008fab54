export {
  type KoaMfa,
  type KoaMfaOptions,
  koaMfa,
  type MfaContext,
} from './koa-mfa.ts'
export { koaSessionHost } from './koa-session-host.ts'
export type { SessionHostOptions } from './session-host.ts'
