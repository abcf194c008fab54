import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'

/** The floor's handle on a challenge. */
export interface FloorTokens {
  readonly sign: (userId: string) => string | Promise<string>
  /** The user's id, null where the token is no good. */
  readonly open: (token: unknown) => string | null | Promise<string | null>
}

const lifeSeconds = 300
const nowSeconds = (): number => Math.floor(Date.now() / 1000)

/** Signed by hand: base64url of the claims, and their HMAC. */
export function handTokens(key: Buffer): FloorTokens {
  const mac = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  return {
    sign(userId) {
      const claims = { sub: userId, jti: randomBytes(16).toString('base64url'), exp: nowSeconds() + lifeSeconds }
      const text = Buffer.from(JSON.stringify(claims)).toString('base64url')
      return `${text}.${mac(text).toString('base64url')}`
    },
    open(token) {
      if (typeof token !== 'string') return null
      const [text = '', tag = '', ...rest] = token.split('.')
      const [given, right] = [Buffer.from(tag, 'base64url'), mac(text)]
      if (rest.length > 0 || given.length !== right.length || !timingSafeEqual(given, right)) return null
      const { sub, exp } = JSON.parse(Buffer.from(text, 'base64url').toString()) as { sub: string; exp: number }
      return exp > nowSeconds() ? sub : null
    },
  }
}

/** The same by jose, with its key imported once: what the library alone costs. */
export async function joseTokens(key: Buffer): Promise<FloorTokens> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', Uint8Array.from(key), algorithm, false, ['sign', 'verify'])
  return {
    sign: (userId) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(userId)
        .setJti(randomBytes(16).toString('base64url'))
        .setExpirationTime(nowSeconds() + lifeSeconds)
        .sign(imported),
    async open(token) {
      if (typeof token !== 'string') return null
      const verified = await jwtVerify(token, imported, { algorithms: ['HS256'] }).catch(() => null)
      return verified?.payload.sub ?? null
    },
  }
}
