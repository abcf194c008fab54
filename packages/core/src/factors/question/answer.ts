/** Longest answer as it is sent, and as it is compared. */
const longestSent = 1024
const longestAnswer = 256

/**
 * A text as answers are compared: without case, accents and white space around it or more than one space within
 * (NFKD, Unicode's marks that all scripts share dropped). `' Élan  VITAL'` reads as `ELAN VITAL`.
 */
export function normalizeAnswer(text: string): string {
  const bare = text.normalize('NFKD').replace(/\p{Script=Inherited}/gu, '')
  // Capitals of small letters: that alone tells ẞ and ß, or the two small sigmas, no longer apart.
  return bare.toLowerCase().toUpperCase().normalize('NFKD').replace(/\s+/gu, ' ').trim()
}

/** An answer as it is compared, or null if it is no string of 1 to 256 characters then. */
export function readAnswer(answer: unknown): string | null {
  if (typeof answer !== 'string' || answer.length > longestSent || !answer.isWellFormed()) return null
  const text = normalizeAnswer(answer)
  return text !== '' && [...text].length <= longestAnswer ? text : null
}

/** The answer to hand to a check: the proposition it is, otherwise as it was given; null if it could not be right. */
export function readChoice(propositions: readonly string[], answer: unknown): string | null {
  const given = readAnswer(answer)
  if (given === null || typeof answer !== 'string') return null
  if (propositions.length === 0) return answer
  return propositions.find((proposition) => normalizeAnswer(proposition) === given) ?? null
}
