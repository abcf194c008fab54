/** The app's secret, unless a test lists others. */
export const secret = 'Vb8nQe4tXr0kLz7mWy2cHs6pJd3gFa9uTo5i'

/** The password of an account. */
export function passwordOf(name: string): string {
  return `password of ${name}`
}
