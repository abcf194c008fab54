import { stripVTControlCharacters } from 'node:util'

// C0, DEL, C1, line and paragraph separators, and what turns the direction of text or cannot be seen: a server that sends these
// could move the cursor, rewrite what stands above, or show a text as another.
const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** A text from elsewhere as one line that does nothing to a terminal but stand there. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/[\t\n\r]+/g, ' ')
    .replace(controls, '')
    .toWellFormed()
}

/** JSON in which controls are escaped, also those that JSON lets stand. One line. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replace(controls, (text) =>
    Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )
}
