/** Shortest secret that RFC 4226 section 4 (R6) allows, in bytes. */
const strongBytes = 16
/** More than any hash's block; longer is a mistake. */
const longestText = 416
/** The same with spaces, dashes and padding; stripping the padding of a megabyte would take minutes. */
const longestSpelling = 4 * longestText

/**
 * Brings a base32 secret (RFC 4648 section 6) into its one form: upper case, without spaces, dashes and padding.
 *
 * @returns null if it is empty, too long or not base32
 */
export function normalizeBase32(text: string): string | null {
  if (text.length > longestSpelling) return null
  const bare = text.replace(/[ -]/g, '').replace(/=+$/, '')
  // ASCII before the case changes: some other letters turn into ASCII ones.
  if (bare.length > longestText || !/^[A-Za-z2-7]+$/.test(bare)) return null
  // One, three or six characters over a whole group cannot come from whole bytes.
  return [1, 3, 6].includes(bare.length % 8) ? null : bare.toUpperCase()
}

/** Whether a secret is shorter than 128 bits. */
export function isWeakSecret(base32: string): boolean {
  return Math.floor((base32.length * 5) / 8) < strongBytes
}
