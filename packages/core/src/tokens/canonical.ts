const longestToken = 12_288

/**
 * Whether each part of a compact token is base64url to the letter. A decoder drops white space and the unused bits
 * of a last character, so that one token would have several spellings.
 */
export function isCanonical(token: string, parts: number): boolean {
  if (token.length > longestToken) return false
  const found = token.split('.')
  return found.length === parts && found.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}
