import { generate } from 'lean-qr'
import type { Paint } from './colour.ts'

/** How many modules around the code stay light (ISO/IEC 18004). */
const quietZone = 4

/**
 * Draw a QR code in half blocks, two modules to a character. With colors it is black on white, whatever the terminal's own
 * colors are. Without colors the light modules are drawn, so that the code is right on a dark terminal.
 */
export function drawQr(text: string, { paint, hasColour }: { paint: Paint; hasColour: boolean }): string {
  const code = generate(text)
  const end = code.size + quietZone
  const lines: string[] = []
  for (let y = -quietZone; y < end; y += 2) {
    let line = ''
    for (let x = -quietZone; x < end; x += 1) {
      const [upper, lower] = [code.get(x, y), code.get(x, y + 1)].map((isDark) => Boolean(isDark) === hasColour)
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' '
    }
    lines.push(paint('blackOnWhite', line))
  }
  return lines.join('\n')
}

/** How many columns the QR code of a text needs. */
export function qrColumns(text: string): number {
  return generate(text).size + 2 * quietZone
}
