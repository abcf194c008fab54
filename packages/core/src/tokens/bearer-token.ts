/** The token of an `Authorization` header, null where it holds none (RFC 6750 section 2.1). */
export function bearerToken(header: string | undefined): string | null {
  return header === undefined ? null : (/^bearer +([\w.~+/=-]+)$/i.exec(header)?.[1] ?? null)
}
