// Stands in for a phone: node demo/code.mjs <file> [steps ahead] prints the current code, or the one of a later time
// step. The file is the answer of GET /auth/mfa/totp/activate.
import { readFileSync } from 'node:fs'
import { createAuthenticator } from './authenticator.mjs'

const [, , file = '', ahead = '0'] = process.argv
const { totp_url } = JSON.parse(readFileSync(file, 'utf8'))
const authenticator = createAuthenticator(String(totp_url))
console.log(authenticator.code(authenticator.step(Date.now()) + Number(ahead)))
