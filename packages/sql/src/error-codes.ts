/** How deep an error of a driver may be wrapped. */
const deepest = 5

/** The database's codes in the error and in what caused it: an SQLSTATE (`code`) or a number (`errno`), as text. */
export function errorCodes(error: unknown): readonly string[] {
  const codes: string[] = []
  let layer = error
  for (let depth = 0; depth < deepest && typeof layer === 'object' && layer !== null; depth += 1) {
    const { code, errno, cause } = layer as {
      readonly code?: unknown
      readonly errno?: unknown
      readonly cause?: unknown
    }
    codes.push(String(code), String(errno))
    layer = cause
  }
  return codes
}
