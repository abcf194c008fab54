export type { MfaContext, SessionHostOptions } from '@latchkey/core'
export { type ExpressMfa, expressMfa } from './express-mfa.ts'
export { expressSessionHost } from './express-session-host.ts'
