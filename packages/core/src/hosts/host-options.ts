import type { User } from '../ports/user.ts'
import type { Awaitable } from '../ports/values.ts'

/** What every ready-made host takes. `Args` are the framework's own arguments, always last. */
export interface HostOptions<Args extends readonly unknown[]> {
  /** The first factor. Gets the login body, answers with the user or null. */
  checkCredentials(body: Readonly<Record<string, unknown>>, ...args: Args): Awaitable<User | null>
  /** Says whether this is the user's password. If given, deactivation asks for the password too, and a step-up takes it from users without a second factor. */
  confirmPassword?: ((user: User, password: string, ...args: Args) => Awaitable<boolean>) | undefined
  /** Makes an account from the body and gives its user; null if it may not be. If given, there is `POST /register`. */
  register?: ((body: Readonly<Record<string, unknown>>, ...args: Args) => Awaitable<User | null>) | undefined
  /** An id that ties events to the app's own log lines. */
  requestId?: ((...args: Args) => string | undefined) | undefined
}

/** The options of every host as functions of their object. */
export function hostFunctions<Args extends readonly unknown[]>(options: HostOptions<Args>) {
  return {
    checkCredentials: options.checkCredentials.bind(options),
    confirmPassword: options.confirmPassword?.bind(options),
    register: options.register?.bind(options),
    requestId: options.requestId?.bind(options),
  }
}

/** Checks a host's options beside those that it reads itself. @throws TypeError that names the option at fault */
export function checkHostOptions(
  options: Readonly<Record<string, unknown>>,
  own: { readonly required: readonly string[]; readonly optional: readonly string[] },
): void {
  const required = ['checkCredentials', ...own.required]
  const optional = ['confirmPassword', 'register', 'requestId', ...own.optional]
  for (const name of new Set([...required, ...Object.keys(options)])) {
    if (![...required, ...optional].includes(name)) throw new TypeError(`${name}: there is no such option`)
    const left = options[name] === undefined && optional.includes(name)
    if (!left && typeof options[name] !== 'function') throw new TypeError(`${name}: must be a function`)
  }
}
