/** The routes that the client calls: method and default path. */
export const routes = {
  login: ['POST', '/login'],
  verify: ['POST', '/mfa/verify'],
  register: ['POST', '/register'],
  'token.refresh': ['POST', '/token/refresh'],
  'token.revoke': ['POST', '/token/revoke'],
  'totp.begin': ['GET', '/mfa/totp/activate'],
  'totp.confirm': ['POST', '/mfa/totp/activate'],
  'totp.qr': ['POST', '/mfa/totp/qr'],
  'totp.deactivate': ['POST', '/mfa/totp/deactivate'],
  'totp.diagnose': ['POST', '/mfa/totp/diagnose'],
  status: ['GET', '/mfa/status'],
  stepUp: ['POST', '/mfa/step-up'],
  authenticators: ['GET', '/mfa/authenticators'],
  'recovery_code.show': ['GET', '/mfa/recovery-codes'],
  'recovery_code.regenerate': ['POST', '/mfa/recovery-codes/regenerate'],
  'question.ask': ['POST', '/mfa/question'],
  'one_time_code.send': ['POST', '/mfa/one-time-code/send'],
} as const satisfies Record<string, readonly [method: string, path: string]>

/** A route, by its name in the app's options. */
export type RouteName = keyof typeof routes

/** The path of a factor whose route has no name above: `/mfa/one-time-code/enroll`. */
export function factorPath(method: string, act: 'enroll' | 'confirm' | 'deactivate'): string {
  return `/mfa/${encodeURIComponent(method.replaceAll('_', '-'))}/${act}`
}
