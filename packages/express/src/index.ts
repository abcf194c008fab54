export { type ExpressMfa, expressMfa, type MfaContext } from './express-mfa.ts'
export { expressSessionHost } from './express-session-host.ts'
export type { SessionHostOptions } from './session-host.ts'
