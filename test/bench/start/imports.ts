/** Where packages are found: in the workspace, or in the folder of those that the benchmark installs. */
export type Origin = 'workspace' | 'contestants'

/** What an app imports. */
export interface Import {
  readonly name: string
  /** One after the other. */
  readonly specifiers: readonly string[]
  readonly from: Origin
}

/** Whose start is timed. The frameworks are there alone too, so that it can be told what an adapter adds. */
export const imports: readonly Import[] = [
  { name: 'an empty module', specifiers: ['data:text/javascript,'], from: 'workspace' },
  { name: '@latchkey/core', specifiers: ['@latchkey/core'], from: 'workspace' },
  // What of it is its libraries'.
  { name: 'jose alone', specifiers: ['jose'], from: 'workspace' },
  { name: 'otpauth alone', specifiers: ['otpauth'], from: 'workspace' },
  { name: 'express alone', specifiers: ['express'], from: 'workspace' },
  { name: '@latchkey/express and express', specifiers: ['express', '@latchkey/express'], from: 'workspace' },
  { name: 'koa alone', specifiers: ['koa'], from: 'workspace' },
  { name: '@latchkey/koa and koa', specifiers: ['koa', '@latchkey/koa'], from: 'workspace' },
  {
    name: 'better-auth and its twoFactor',
    specifiers: ['better-auth', 'better-auth/plugins/two-factor'],
    from: 'contestants',
  },
  { name: 'otplib', specifiers: ['otplib'], from: 'contestants' },
]
