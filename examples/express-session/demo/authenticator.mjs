// An authenticator app instead of a phone. It is otplib, so Latchkey does not check its own code.
import { parse } from '@otplib/uri'
import { generateSync } from 'otplib'

/** @typedef {ReturnType<typeof createAuthenticator>} Authenticator */

/** @param {string} totpUrl what the QR code says */
export function createAuthenticator(totpUrl) {
  const { secret, algorithm = 'sha1', digits = 6, period = 30 } = parse(totpUrl).params
  return {
    /**
     * Returns the time step that a moment lies in.
     * @param {number} nowMs
     */
    step: (nowMs) => Math.floor(nowMs / 1000 / period),
    /**
     * Returns the code of a time step.
     * @param {number} step
     */
    code: (step) => generateSync({ secret, algorithm, digits, period, epoch: step * period }),
  }
}
