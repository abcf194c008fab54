import type { Output } from '../io.ts'

/** ANSI's numbers (ECMA-48, SGR). */
const styles = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', blackOnWhite: '30;107' }

/** Paints a text, or leaves it as it is if there is no color. */
export type Paint = (style: keyof typeof styles, text: string) => string

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Whether an output takes colors and its reader wants them.
 *
 * @see https://no-color.org
 */
export function wantsColour(output: Output, env: Environment): boolean {
  const forced = env['FORCE_COLOR']
  if (env['NO_COLOR']) return false
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return output.isTTY === true && env['TERM'] !== 'dumb'
}

/** Make a function that paints, or one that does not. */
export function painter(hasColour: boolean): Paint {
  return (style, text) => (hasColour ? `\u001b[${styles[style]}m${text}\u001b[0m` : text)
}
