// The commands of the README, for the demo to print and the tests to run.
import { readFileSync } from 'node:fs'

/**
 * @typedef {object} Part
 * @property {'prose' | 'sh' | 'text'} kind `text` is what the commands before it print
 * @property {string} text
 */

/**
 * The parts of the README's section "Try it".
 * @param {string | URL} readme
 * @returns {readonly Part[]}
 */
export function readWalkThrough(readme) {
  const [, section] = /\n## Try it\n(.*?)(?=\n## |$)/s.exec(readFileSync(readme, 'utf8')) ?? []
  if (section === undefined) throw new Error(`${String(readme)} has no section "Try it"`)
  // Between two fences stands code, and its language leads it.
  return section.split('\n```').flatMap((text, index) => {
    const [, language, code = ''] = /^(sh|text)\n(.*)$/s.exec(text) ?? []
    if (index % 2 === 1) return { kind: language === 'sh' ? 'sh' : 'text', text: code }
    return text.trim() === '' ? [] : { kind: 'prose', text: text.trim() }
  })
}
