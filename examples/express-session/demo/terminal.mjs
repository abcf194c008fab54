// What the demo draws on the terminal. Colors and QR codes suit the terminal it runs on.
import { generate } from 'lean-qr'

const quietZone = 4
const longestText = 40
const mostItems = 3
/** ANSI's numbers (ECMA-48, SGR). */
const styles = { bold: '1', dim: '2', green: '32', yellow: '33', cyan: '36', blackOnWhite: '30;107' }

/** @typedef {ReturnType<typeof createTerminal>} Terminal */

/**
 * @param {(line: string) => void} write
 * @param {boolean} hasColour
 */
export function createTerminal(write, hasColour) {
  /** @type {(style: keyof typeof styles, text: string) => string} */
  const styled = (style, text) => (hasColour ? paint(style, text) : text)
  return {
    write,
    /** @param {string} title */
    step: (title) => write(`\n${styled('bold', title)}`),
    /** @param {string} text */
    note: (text) => write(styled('dim', text)),
    /**
     * @param {{ device: string, method: string, path: string, body: unknown }} request
     * @param {{ status: number, body: unknown, beginsSession: boolean, reasons: readonly string[] | undefined }} answer
     */
    exchange({ device, method, path, body }, { status, body: answer, beginsSession, reasons = [] }) {
      const cookie = beginsSession ? ' and a session' : ''
      const sent = body === undefined ? '' : ` ${shorten(body)}`
      write(`  ${device.padEnd(7)}${styled('cyan', `${method} ${path}`)}${sent}`)
      write(`         ${styled(status < 400 ? 'green' : 'yellow', String(status))} ${shorten(answer)}${cookie}`)
      if (reasons.length > 0) write(styled('dim', `         (the app's own log: ${reasons.join(', ')})`))
    },
    /** @param {string} text what the QR code says */
    qr: (text) => write(drawQr(text, hasColour)),
  }
}

/**
 * @param {keyof typeof styles} style
 * @param {string} text
 */
function paint(style, text) {
  return `\u001b[${styles[style]}m${text}\u001b[0m`
}

/** Whether the terminal shows colors and the user wants them (https://no-color.org). */
export function wantsColour() {
  return process.stdout.isTTY === true && !process.env['NO_COLOR']
}

/**
 * Two modules a character, one above the other. With colors it is black on white, whatever the terminal's own are.
 * Without, it draws the light parts, so that it comes out right on a dark terminal.
 * @param {string} text
 * @param {boolean} hasColour
 */
export function drawQr(text, hasColour) {
  const code = generate(text)
  const end = code.size + quietZone
  const lines = []
  for (let y = -quietZone; y < end; y += 2) {
    let line = ''
    for (let x = -quietZone; x < end; x += 1) {
      const [upper, lower] = [code.get(x, y), code.get(x, y + 1)].map((isDark) => Boolean(isDark) === hasColour)
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' '
    }
    lines.push(hasColour ? paint('blackOnWhite', line) : line)
  }
  return lines.join('\n')
}

/**
 * A body on one line: long texts and lists end in `…`.
 * @param {unknown} body
 */
function shorten(body) {
  return JSON.stringify(body, (_name, value) => /** @type {unknown} */ (shortened(value)))
}

/**
 * @param {unknown} value
 * @returns {unknown}
 */
function shortened(value) {
  if (typeof value === 'string' && value.length > longestText) return `${value.slice(0, longestText)}…`
  if (!Array.isArray(value) || value.length <= mostItems) return value
  return value.slice(0, mostItems).concat(`… ${value.length} in all`)
}
