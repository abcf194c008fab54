export type * from './client.ts'
export { createClient } from './create-client.ts'
export {
  ClientError,
  type ClientErrorDetails,
  type FieldError,
  isClientError,
  type OwnErrorCode,
  type ServerErrorCode,
} from './errors.ts'
export type { RouteName } from './http/routes.ts'
export { MfaRequiredError } from './login/mfa-required-error.ts'
export type { ClientOptions, TotpOptions } from './options.ts'
export type * from './ports.ts'
export { type Code, currentCode } from './totp/code.ts'
