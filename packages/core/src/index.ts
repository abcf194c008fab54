export { createMfa } from './create-mfa.ts'
export type { MfaEventReason } from './errors.ts'
export { type FieldError, fieldError, isMfaError, MfaError, type MfaErrorCode, type MfaErrorDetails } from './errors.ts'
export type { MfaEvent, MfaEventListener, MfaEventType, Subscribe } from './events.ts'
export { normalizeCode, parseDigits } from './factors/codes.ts'
export {
  type Asked,
  type Backup,
  type BeginInput,
  type CheckInput,
  type Confirmation,
  type ConfirmInput,
  defineFactor,
  type Enrollment,
  type Factor,
  type FactorChallenge,
  type Found,
  type ParseInput,
  type Purpose,
  type Role,
  type Verdict,
} from './factors/factor.ts'
export type { FactorCall, FactorRoute, Look, OpenChallenge } from './factors/factor-route.ts'
export type { FactorKeys, Holding, StateChange } from './factors/holding.ts'
export { normalizeAnswer } from './factors/question/answer.ts'
export { type EnrolledAnswersOptions, enrolledAnswers } from './factors/question/enrolled-answers.ts'
export { questions } from './factors/question/question.ts'
export type {
  AnswerStore,
  AskedQuestion,
  Question,
  QuestionOptions,
  QuestionSource,
} from './factors/question/source.ts'
export type { RecoveryCodeSettings } from './factors/recovery-code/settings.ts'
export type { TotpImport } from './factors/totp/import.ts'
export type { TotpAlgorithm, TotpParameters, TotpSettings } from './factors/totp/parameters.ts'
export {
  type Body,
  type Field,
  type Fields,
  optionalCode,
  optionalText,
  optionalTextOf,
  pick,
  requiredCode,
  requiredText,
  textOf,
} from './fields.ts'
export { type BearerHostOptions, bearerHost } from './hosts/bearer-host.ts'
export type { HostOptions } from './hosts/host-options.ts'
export { type SessionAccess, type SessionHostOptions, sessionHost } from './hosts/session-host.ts'
export { memoryStorage } from './memory-storage.ts'
export type { Answer, ImportInput, Mfa, TotpBegun } from './mfa.ts'
export type { UnusedCodes } from './operations/account/backup-codes.ts'
export type { Status } from './operations/account/status.ts'
export type { CallOptions, OperatorOptions } from './operations/decide.ts'
export type { Begun, Registered } from './operations/enrollment/begin.ts'
export type { Confirmed } from './operations/enrollment/confirm.ts'
export type { Challenge } from './operations/login/challenge.ts'
export type { ResealOptions, ResealProgress } from './operations/operator/reseal.ts'
export type { BearerSettings } from './options/bearer-settings.ts'
export type { MfaOptions } from './options/options.ts'
export type * from './ports/bearer.ts'
export type * from './ports/host.ts'
export type * from './ports/http.ts'
export type * from './ports/proof.ts'
export type * from './ports/storage.ts'
export type * from './ports/user.ts'
export type * from './ports/values.ts'
export {
  optional,
  type ReadBy,
  type Reader,
  type Readers,
  readFlag,
  readFunction,
  readOptions,
  seconds,
  whole,
} from './read-options.ts'
export type { Authenticator } from './record/record.ts'
export { resourceRoutes } from './routes/resource/resource-routes.ts'
export type { BoundHost, Caller, ProofFields, Route, RouteAnswer, RouteCall, SignedInCaller } from './routes/route.ts'
export { createRouteTable, type RouteSettings, type RouteSource, type RouteTable } from './routes/route-table.ts'
export type { RouteSetting, ShapeAnswer } from './routes/settings.ts'
export type { AuthenticatorSummary } from './rules/authenticators.ts'
export type { Freshness } from './rules/fresh.ts'
export type { ProofInput } from './rules/prove.ts'
export type { AttemptLimits } from './rules/terms.ts'
export type { PrivateKeyInput } from './tokens/access-keys.ts'
export { asIs } from './wire.ts'
