import { generate } from 'lean-qr'
import { toPngBuffer } from 'lean-qr/extras/node_export'
import { toSvgDataURL } from 'lean-qr/extras/svg'
import { Secret, TOTP } from 'otpauth'
import type { CodeSource } from './steps.ts'

const longestLabel = 64
const pngModulePixels = 6

/**
 * The `otpauth://` URL that authenticator apps enroll from (Key URI Format).
 * A label must not hold a colon there, which would part it anew: each becomes a dot.
 */
export function totpUrl(source: CodeSource, names: { issuer: string; label: string }): string {
  const { algorithm, digits, period } = source
  const label = cleanLabel(names.label)
  return new TOTP({
    issuer: names.issuer,
    label,
    algorithm,
    digits,
    period,
    secret: Secret.fromBase32(source.secret),
  }).toString()
}

function cleanLabel(name: string): string {
  // Cut first: a megabyte would take its time.
  const bare = name
    .slice(0, 16 * longestLabel)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '')
    .replaceAll(':', '.')
    .trim()
  return [...bare].slice(0, longestLabel).join('') || 'user'
}

/** The QR code of a text as a `data:image/svg+xml` URL, black on white whatever the page's colours. */
export function qrSvgDataUri(text: string): string {
  return toSvgDataURL(generate(text), { on: 'black', off: 'white' })
}

/** The QR code of a text as PNG bytes. */
export function qrPng(text: string): Uint8Array {
  return toPngBuffer(generate(text), { on: [0, 0, 0], off: [255, 255, 255], scale: pngModulePixels })
}
