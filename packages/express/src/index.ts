export type { BearerHostOptions, MfaContext, SessionHostOptions } from '@latchkey/core'
export { bearerHost } from './bearer-host.ts'
export { type ExpressMfa, expressMfa } from './express-mfa.ts'
export { expressSessionHost } from './express-session-host.ts'
