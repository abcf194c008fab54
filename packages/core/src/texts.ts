/** @throws TypeError unless the value is a well-formed string of 1 to `longest` UTF-16 units */
export function requireText(name: string, value: unknown, longest: number): asserts value is string {
  if (typeof value !== 'string' || value === '' || value.length > longest || !value.isWellFormed()) {
    throw new TypeError(`${name} must be a string of 1 to ${longest} characters`)
  }
}

const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/** A name without the white space around it, or null where it is no string of 1 to 64 printable characters. */
export function cleanName(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 512 || !value.isWellFormed()) return null
  const name = value.trim()
  return name !== '' && [...name].length <= 64 && !unprintable.test(name) ? name : null
}
