import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const candidates = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where Chromium is on this machine, or null; then it is said which tests are left out, and in CI that is an error. */
export function findChromium(): string | null {
  const path = candidates.find((candidate) => candidate !== undefined && existsSync(candidate))
  if (path !== undefined) return path
  const message =
    'LEFT OUT: the tests in test/real-browser, as there is no Chromium (install it, or name it in CHROMIUM)'
  if (process.env['CI'] === 'true') throw new Error(message)
  process.stderr.write(`\n*** ${message} ***\n\n`)
  return null
}

/** A headless Chromium that asks for nothing beyond this machine. */
export function launchChromium(executablePath: string): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet] })
}
