/** @throws TypeError unless the value is a well-formed string of 1 to `longest` UTF-16 units */
export function requireText(name: string, value: unknown, longest: number): asserts value is string {
  if (typeof value !== 'string' || value === '' || value.length > longest || !value.isWellFormed()) {
    throw new TypeError(`${name} must be a string of 1 to ${longest} characters`)
  }
}

const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/** A name without the white space around it, or null if it is no string of 1 to 64 printable characters. */
export function cleanName(value: unknown): string | null {
  return cleanText(value, 64)
}

/** A text without the white space around it, or null if it is no string of 1 to `longest` printable characters. */
export function cleanText(value: unknown, longest: number): string | null {
  if (typeof value !== 'string' || value.length > longest * 8 || !value.isWellFormed()) return null
  const text = value.trim()
  return text !== '' && [...text].length <= longest && !unprintable.test(text) ? text : null
}
