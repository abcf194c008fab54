import type { Cookie } from '../ports.ts'
import { isLoopback } from './loopback.ts'

/**
 * The cookies after an answer (RFC 6265 section 5.3). A client has one host and sends none to another, so `Domain` is only
 * checked.
 *
 * @param lines - The `Set-Cookie` headers. None in browsers, which keep cookies themselves
 */
export function afterAnswer(
  cookies: readonly Cookie[],
  lines: readonly string[],
  { url, nowMs }: { readonly url: URL; readonly nowMs: number },
): readonly Cookie[] {
  return lines.reduce((kept, line) => {
    const cookie = readCookie(line, url, nowMs)
    if (cookie === null) return kept
    const others = kept.filter(({ name, path }) => name !== cookie.name || path !== cookie.path)
    return isOver(cookie, nowMs) ? others : [...others, cookie]
  }, cookies)
}

/** The value of the header `Cookie` (section 5.4). `null` if there is nothing to send. */
export function cookieHeader(cookies: readonly Cookie[], url: URL, nowMs: number): string | null {
  const isSafe = url.protocol === 'https:' || isLoopback(url.hostname)
  const sent = cookies.filter(
    (cookie) => !isOver(cookie, nowMs) && (isSafe || !cookie.secure) && pathMatches(cookie.path, url.pathname),
  )
  if (sent.length === 0) return null
  const sorted = [...sent].sort((a, b) => b.path.length - a.path.length)
  return sorted.map(({ name, value }) => `${name}=${value}`).join('; ')
}

function readCookie(line: string, url: URL, nowMs: number): Cookie | null {
  const [pair = '', ...attributes] = line.split(';')
  const [, name = '', value = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(pair) ?? []
  const given = new Map(attributes.map(readAttribute))
  const domain = given.get('domain')?.replace(/^\./, '').toLowerCase() ?? ''
  if (name === '' || !(domain === '' || url.hostname === domain || url.hostname.endsWith(`.${domain}`))) return null
  const path = given.get('path')
  const expiresAtMs = endOf(given, nowMs)
  return {
    name,
    value,
    path: path?.startsWith('/') ? path : defaultPath(url.pathname),
    secure: given.has('secure'),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  }
}

function readAttribute(text: string): readonly [name: string, value: string] {
  const [, name = '', value = ''] = /^\s*([^=]*?)\s*(?:=\s*(.*?)\s*)?$/.exec(text) ?? []
  return [name.toLowerCase(), value]
}

function endOf(given: ReadonlyMap<string, string>, nowMs: number): number | undefined {
  const maxAge = given.get('max-age') ?? ''
  if (/^-?\d+$/.test(maxAge)) return nowMs + Number(maxAge) * 1000
  const expires = Date.parse(given.get('expires') ?? '')
  return Number.isNaN(expires) ? undefined : expires
}

function isOver({ expiresAtMs }: Cookie, nowMs: number): boolean {
  return expiresAtMs !== undefined && expiresAtMs <= nowMs
}

/** Section 5.1.4. */
function defaultPath(pathname: string): string {
  const end = pathname.lastIndexOf('/')
  return end <= 0 ? '/' : pathname.slice(0, end)
}

function pathMatches(path: string, pathname: string): boolean {
  return pathname === path || (pathname.startsWith(path) && (path.endsWith('/') || pathname[path.length] === '/'))
}
