// What the demo leaves behind: a server, an enrollment for a phone, and commands that work as they are.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createBrowser } from './browser.mjs'
import { readWalkThrough } from './walk-through.mjs'

const example = fileURLToPath(new URL('../', import.meta.url))
const bob = { username: 'bob', password: 'tr0ub4dor and 3' }

/**
 * Begins an enrollment for bob and prints the README's commands for this server.
 * @param {{ url: string, directory: string, show: import('./terminal.mjs').Terminal }} how `directory` is where the commands keep what they get
 */
export async function showHowToTry({ url, directory, show }) {
  const totpUrl = await beginForBob(url, directory)
  show.step('Try it yourself')
  show.write(`\n    cd '${example}'`)
  for (const { kind, text } of readWalkThrough(new URL('../README.md', import.meta.url))) {
    if (kind === 'prose') show.note(`\n${text.replaceAll(/^#+ /gm, '')}`)
    if (kind !== 'sh') continue
    const commands = text.replace(/^APP=.*$/m, `APP=${url}`).replace(/^KEEP=.*$/m, `KEEP=${directory}`)
    show.write(`\n${commands.replaceAll(/^/gm, '    ')}`)
    if (!text.includes('demo/qr.mjs')) continue
    show.note('\nThe demo has done this already, and here is what it drew:')
    show.qr(totpUrl)
  }
  show.step(`The server goes on at ${url} until Ctrl-C. Its data goes with it.`)
}

/**
 * Leaves behind what the README's commands would: curl's cookies, and the answer.
 * @param {string} url
 * @param {string} directory
 */
async function beginForBob(url, directory) {
  const browser = createBrowser(url)
  await browser.send('POST', '/auth/login', { body: bob })
  const { status, body } = await browser.send('GET', '/auth/mfa/totp/activate')
  if (status !== 200) throw new Error(`bob cannot begin to enroll: ${status} ${JSON.stringify(body)}`)
  mkdirSync(directory, { mode: 0o700 })
  writeFileSync(join(directory, 'phone'), JSON.stringify(body))
  const { hostname } = new URL(url)
  const jar = [...browser.cookies].map(([name, value]) => `${hostname}\tFALSE\t/\tFALSE\t0\t${name}\t${value}\n`)
  writeFileSync(join(directory, 'bob'), `# Netscape HTTP Cookie File\n${jar.join('')}`)
  return String(body['totp_url'])
}
