import { stripVTControlCharacters } from 'node:util'

// C0, DEL, C1, separators of lines and paragraphs, and what turns the direction of text or is invisible. A server that sends
// these could move the cursor, rewrite the lines above, or make a text look like another.
const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Make a foreign text one line that does nothing to a terminal but stand there. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\t\n\r]+/g, ' ')
    .replace(controls, '')
    .toWellFormed()
}

/** Write JSON on one line. Escape all control characters, even those that JSON allows. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replace(controls, (text) =>
    Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )
}
