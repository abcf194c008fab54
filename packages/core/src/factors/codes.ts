/**
 * The characters of a code without the spaces and dashes people put in, in upper case;
 * null if a character is not ASCII or the code is absurdly long.
 */
export function normalizeCode(code: unknown): string | null {
  if (typeof code !== 'string' || code.length > 256) return null
  const bare = code.replace(/[ -]/g, '')
  return /^[\x21-\x7e]*$/.test(bare) ? bare.toUpperCase() : null
}

/** A code of so many digits without its spaces and dashes, or null if it is none. */
export function parseDigits(code: unknown, digits: number): string | null {
  const bare = normalizeCode(code)
  return bare !== null && bare.length === digits && /^[0-9]+$/.test(bare) ? bare : null
}
