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
export { MfaRequiredError } from './login/mfa-required-error.ts'
export type { ClientOptions, TotpOptions } from './options.ts'
export type {
  Answering,
  Asked,
  Cookie,
  Held,
  JsonObject,
  Notice,
  NoticeListener,
  Prompt,
  RememberedAnswers,
  SecretSource,
  StepLedger,
  TokenStorage,
  Tokens,
} from './ports.ts'
export type { RouteName } from './routes.ts'
export { type Code, currentCode } from './totp/code.ts'
