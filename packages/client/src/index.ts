export type * from './client.ts'
export {
  ClientError,
  type ClientErrorDetails,
  type FieldError,
  isClientError,
  type OwnErrorCode,
  type ServerErrorCode,
} from './errors.ts'
export type { ClientOptions, TotpOptions } from './options.ts'
export type * from './ports.ts'
