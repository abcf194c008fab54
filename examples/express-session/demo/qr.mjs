// Draws the QR code of an enrollment for a phone to scan: node demo/qr.mjs <file>, the file being the answer of
// GET /auth/mfa/totp/activate.
import { readFileSync } from 'node:fs'
import { drawQr, wantsColour } from './terminal.mjs'

const { totp_url, secret } = JSON.parse(readFileSync(process.argv[2] ?? 0, 'utf8'))
console.log(drawQr(String(totp_url), wantsColour()))
console.log(`To type it in instead: ${secret}`)
