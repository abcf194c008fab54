// Adding Latchkey to an app takes 25 lines at most, and the marks in the example are honest about which.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const source = readFileSync(new URL('../app.js', import.meta.url), 'utf8')
const regions = source.split(/^\s*\/\/ latchkey: (?:begin|end)$/m)
const marked = regions.filter((_text, index) => index % 2 === 1).flatMap(linesOf)
const app = regions.filter((_text, index) => index % 2 === 0).flatMap(linesOf)

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '' && !/^\s*(?:\/\/|\/?\*)/.test(line))
}

test('the marked lines, and those that use what they make, are 25 at most', () => {
  const uses = app.filter((line) => /\b(?:mfa|auth|host|isMfaError)\b/.test(line))
  expect(regions).toHaveLength(5)
  expect([...marked, ...uses].length).toBeLessThanOrEqual(25)
  expect(marked.length).toBeGreaterThanOrEqual(9)
})

test('nothing of Latchkey is imported or mounted outside the marks', () => {
  expect(app.filter((line) => /@latchkey|createMfa|expressMfa|sqliteStorage|libsql/.test(line))).toEqual([])
})
