/** The rule guarded here: the check of words finds what has a better word, with its line, and lets what is right pass. */
import { expect, test } from 'vitest'
import { findWords } from '../scripts/words.mjs'

function wordsIn(text: string, file = 'page.md'): readonly string[] {
  return findWords(file, text).map(({ word }) => word)
}

test.each([
  ['where', 'It is null where nobody is signed in.'],
  ['Where', 'Where a name is missing, nothing is sent.'],
  ['where', 'It throws where it fails.'],
  ['else', 'It is an answer, else a code.'],
  ['Else', 'Else nothing is sent.'],
  ['of its own', 'Each has a key of its own.'],
  ['of their own', 'They have lists of their own and share none.'],
  ['has to', 'Somebody has to be there.'],
  ['had to', 'They had to wait.'],
  ['no more', 'It waits no more.'],
  ['any more', 'It is not open any more.'],
  ['are those of', 'The types are those of the driver.'],
  ['Who', 'Who reads the output may stop.'],
  ['Whoever', 'It is done. Whoever comes first wins.'],
  ['enrolment', 'An enrolment begins.'],
  ['in the place of', 'A star stands in the place of each value.'],
  ['be it', 'Any value, be it null, is kept.'],
  ['is to be', 'What is to be in the file.'],
  ['are to be', 'Fields that are to be kept.'],
])('%s is found', (word, text) => {
  expect(wordsIn(text)).toEqual([word])
})

test.each([
  'A text says where it is, and nobody else knows where to look.',
  'Where secrets live, and where it came from.',
  'It says where codes are sent. This is where Latchkey is mounted.',
  'Your users stay where they are.',
  'Where do you live?',
  'Somebody else’s page, everything else, what else there is.',
  "Anybody else's cookies, and nowhere else.",
  'A success clears the count of its own factor.',
  'A store of your own choosing.',
  'It has nothing to do with that, and this has to do with it.',
  'No more than three, and not any more than that.',
  'It lets in who has a code, and anybody who asks. They decide who it is.',
  'Who are you?',
  '## Who may import whom',
  'You enroll once, and are enrolled. An enrollment lasts.',
  'It is in place of another. It may be its owner.',
])('%s', (text) => {
  expect(wordsIn(text)).toEqual([])
})

test('a finding has its line, and what to say', () => {
  expect(findWords('page.md', '# A page\n\nThis is fine.\nThis has\nto change.\n')).toEqual([
    { line: 4, word: 'has to', say: expect.stringContaining('must') },
  ])
})

test('code in Markdown is none of it', () => {
  const page =
    'Say `else`.\n\n```js\nif (a) b() // where it is\nelse c()\n```\n\nSee [this](#where-nobody-is) or ``a `where` b``.\n'
  expect(wordsIn(page)).toEqual([])
  expect(wordsIn(`${page}\nIt stops where nobody asks.`)).toEqual(['where'])
})

test('in code, comments and texts count, and nothing else does', () => {
  const source = [
    "import { where } from './where.ts'",
    '/**',
    ' * Gives `else`; null where nobody has',
    ' * to be asked.',
    ' * @returns Who asked, as it was',
    ' */',
    'export function other(where: string): string {',
    '  // It has',
    '  // to be there.',
    '  if (/ where it is [/*] else/.test(where)) return `a // has to go`',
    "  else return 'no more'",
    '}',
  ]
  expect(findWords('file.ts', source.join('\n')).map(({ line, word }) => `${line} ${word}`)).toEqual([
    '3 where',
    '3 has to',
    '5 Who',
    '8 has to',
    '10 has to',
    '11 no more',
  ])
})
