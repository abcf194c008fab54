import jsQr from 'jsqr'

/** Pixels a module; a reader wants several. */
const scale = 4
const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')

/**
 * Reads a QR code as a phone does, from what a terminal shows: rows of half blocks.
 *
 * @param text - What was printed; the QR code is the rows that have nothing but blocks
 * @param drawn - Whether what is drawn is the dark or the light
 */
export function readQr(text: string, drawn: 'dark' | 'light'): string | null {
  const rows = text
    .replaceAll(escapes, '')
    .split('\n')
    .filter((line) => /^[█▀▄ ]{20,}$/.test(line))
  const modules = rows.flatMap((row) => [
    [...row].map((block) => '█▀'.includes(block)),
    [...row].map((block) => '█▄'.includes(block)),
  ])
  const width = (modules[0]?.length ?? 0) * scale
  const height = modules.length * scale
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255)
  for (let at = 0; at < width * height; at += 1) {
    const isDrawn = modules[Math.floor(at / width / scale)]?.[Math.floor((at % width) / scale)] === true
    pixels.fill(isDrawn === (drawn === 'dark') ? 0 : 255, at * 4, at * 4 + 3)
  }
  return jsQr.default(pixels, width, height)?.data ?? null
}
