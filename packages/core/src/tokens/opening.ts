import { JWTExpired } from 'jose/errors'
import { type RefusedToken, refusedToken } from './refused.ts'

/** A kind of token: its type (RFC 7515 section 4.1.9) and how many parts it has. No kind passes for another. */
export interface TokenKind {
  readonly typ: string
  readonly parts: 3 | 5
}

/** The types of our tokens, so that an event can tell one of ours at the wrong place from a forged one. */
const ourTypes = new Set(['ephemeral', 'enrollment', 'activation', 'refresh'].map(typeName).concat('at+jwt'))
const longestHeader = 512
const longestToken = 12_288

/** The `typ` of a kind of token that only we read. */
export function typeName(kind: string): string {
  return `latchkey-${kind}+jwt`
}

/** Opens a token of a kind; whatever is wrong with it, the answer is one. */
export async function openToken<T>(
  token: unknown,
  kind: TokenKind,
  open: (text: string) => Promise<T>,
): Promise<T | RefusedToken> {
  if (typeof token !== 'string') return refusedToken('malformed_token')
  const typ = typeOf(token)
  if (typ !== kind.typ && ourTypes.has(typ)) return refusedToken('wrong_purpose')
  if (!isCanonical(token, kind.parts)) return refusedToken('malformed_token')
  try {
    return await open(token)
  } catch (error) {
    return refusedToken(error instanceof JWTExpired ? 'expired_token' : 'forged_token')
  }
}

/** Whether a token says that it is of a kind; whether it is good is another matter. */
export function isOfKind(token: string, kind: Pick<TokenKind, 'typ'>): boolean {
  return typeOf(token) === kind.typ
}

function typeOf(token: string): string {
  const [header = ''] = token.slice(0, longestHeader).split('.', 1)
  try {
    const { typ } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { typ?: unknown }
    return String(typ)
  } catch {
    return ''
  }
}

/**
 * Whether each part of a compact token is base64url to the letter. A decoder drops white space and the unused bits
 * of a last character, so that one token would have several spellings.
 */
function isCanonical(token: string, parts: number): boolean {
  if (token.length > longestToken) return false
  const found = token.split('.')
  return found.length === parts && found.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}
