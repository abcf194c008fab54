// The words that the texts of this repository do not use, and how to find them: in Markdown, and in comments and strings of code.
import ts from 'typescript'

/**
 * What not to write, and what to say instead. What an entry allows, it takes out again: the forms are few, so that nobody has
 * to fight the check. Add one if a good sentence is refused.
 * @type {readonly (readonly [word: RegExp, say: string, allowed?: readonly RegExp[]])[]}
 */
const words = [
  [
    /\b[Ww]here\b/g,
    '"if" or "when" (unless it is a place)',
    [
      /\bwhere\s+to\b/gi,
      // A question, the head of a column, and "from where".
      /\bWhere\b[^.!?|]*\?/g,
      /\|\s*where\s*\|/gi,
      /\b(?:place|places|point|exactly|just|from|of|is|are|was)\s+where\b/gi,
      /\b(?:say|says|said|tell|tells|told|know|knows|knew|see|sees|show|shows|find|finds|learn|learns|decide|decides|choose|chooses|remember|remembers)\s+where\b/gi,
      /\bwhere(?:\s+[\w'’/-]+){1,6}?\s+(?:lives?|lived|comes?\s+from|came\s+from|leads?|belongs?|goes|go|keeps?|stores?|shows?|stands?|(?:(?:may|can)\s+be|is|are|was|were)\s+(?:begun|found|kept|mounted|sent|served|shown|stored|thrown|written))\b/gi,
      /\bwhere(?:\s+[\w'’/-]+){1,6}?\s+(?:is|are|was|were|likes?|looks?\s+(?:for|in)(?:\s+\w+){1,2})(?=\s*(?:$|[.,:;)|]))/gi,
    ],
  ],
  [
    /\b[Ee]lse\b/g,
    '"otherwise"',
    [
      /\b(?:any|some|no|every)(?:body|one|thing|where)(?:['’]s)?\s+else\b/gi,
      /\b(?:what|whatever|who|all|little|much)\s+else\b/gi,
    ],
  ],
  [
    // Not of something that is its own: "the count of its own factor".
    /\bof\s+(?:its|their|your|our)\s+own\b(?=\s*(?:[^\s\w]|$)|\s+(?:alone|and|as|at|beside|besides|each|for|from|has|have|if|in|is|keep|keeps|must|on|or|so|that|to|when|which|with)\b)/gi,
    '"its own" before the noun',
  ],
  [/\b(?:has|have|had)\s+to\b/gi, '"must" or "needs to"', [/\b(?:has|have|had)\s+to\s+(?:do\s+with|say)\b/gi]],
  [
    /\b(?:no|any)\s+more\b/gi,
    '"no longer" or "any longer"',
    [/\b(?:no|any)\s+more\s+(?:than|of)\b/gi, /\band\s+no\s+more\b/gi],
  ],
  [/\bare\s+those\s+of\b/gi, '"belong to", "come from" or "are the same as"'],
  [
    // At the start of a sentence. A heading is none.
    /(?<=^\s*|[.!?:]\s+|\n\s*\n\s*|\n\s*(?:[-*>]|\d+\.)\s+)Who(?:ever)?\b/g,
    '"anybody who" or a noun',
    [/\bWho(?:ever)?\b[^.!?|]*\?/g, /^#+\s.*$/gm],
  ],
  [/\benrol(?!l)\w*/gi, '"enroll"'],
  [/\bin\s+the\s+place\s+of\b/gi, '"instead of"'],
  [/\bbe\s+it\b/gi, '"whether it is"'],
  [/\b(?:is|are)\s+to\s+be\b/gi, '"must be" or "will be"'],
]

/** @typedef {{ readonly line: number, readonly word: string, readonly say: string }} Finding */

/**
 * Finds the words of the table in a file: in Markdown outside code, and in comments and strings of code.
 * @param {string} file Its name, which says what it is
 * @param {string} text
 * @returns {readonly Finding[]}
 */
export function findWords(file, text) {
  const parts = file.endsWith('.md') ? [{ start: 0, prose: text }] : partsOf(file, text)
  const found = parts.flatMap(({ start, prose }) =>
    wordsIn(withoutCode(prose)).map(({ at, word, say }) => ({ at: start + at, word, say })),
  )
  return found
    .toSorted((left, right) => left.at - right.at)
    .map(({ at, word, say }) => ({ line: text.slice(0, at).split('\n').length, word, say }))
}

/** @param {string} prose */
function wordsIn(prose) {
  return words.flatMap(([pattern, say, allowed = []]) => {
    const free = allowed.flatMap((form) => [...prose.matchAll(form)].map(rangeOf))
    return [...prose.matchAll(pattern)]
      .filter(({ index }) => !free.some(([start, end]) => start <= index && index < end))
      .map(({ index, 0: word }) => ({ at: index, word: word.replaceAll(/\s+/g, ' '), say }))
  })
}

/**
 * @param {RegExpMatchArray} match
 * @returns {readonly [start: number, end: number]}
 */
function rangeOf({ index = 0, 0: text }) {
  return [index, index + text.length]
}

/**
 * Fills fenced code, inline code and the targets of links, so that every place stays as it is.
 * @param {string} prose
 */
function withoutCode(prose) {
  return prose
    .replaceAll(/^([ \t]*)(```+|~~~+)[^\n]*\n[\s\S]*?(?:^[ \t]*\2[^\n]*$|$(?![\s\S]))/gm, (code) => fill(code, ' '))
    .replaceAll(/(?<!`)(`+)(?!`)[^`](?:[\s\S]*?[^`])?\1(?!`)/g, (code) => fill(code, '_'))
    .replaceAll(/\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)/g, (target) => fill(target, '_'))
}

/**
 * @param {string} text
 * @param {string} by
 */
function fill(text, by) {
  return text.replaceAll(/[^\n]/g, by)
}

/** @typedef {{ readonly start: number, readonly prose: string }} Part */

/**
 * The comments, strings and texts of templates in a file of code.
 * @param {string} file
 * @param {string} text
 * @returns {readonly Part[]}
 */
function partsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  /** @type {{ start: number, end: number, isText: boolean }[]} */
  const literals = []
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (isLiteral(node)) {
      const isPath = ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent)
      const isText = !isPath && !ts.isRegularExpressionLiteral(node)
      literals.push({ start: node.getStart(source), end: node.end, isText })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  literals.sort((left, right) => left.start - right.start)
  const texts = literals.filter(({ isText }) => isText)
  return [
    ...texts.map(({ start, end }) => ({ start: start + 1, prose: text.slice(start + 1, end - 1) })),
    ...commentsOf(text, literals),
  ]
}

/** @param {ts.Node} node */
function isLiteral(node) {
  return (
    ts.isStringLiteral(node) ||
    ts.isNoSubstitutionTemplateLiteral(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddleOrTemplateTail(node) ||
    ts.isRegularExpressionLiteral(node)
  )
}

/**
 * Comments are what looks like one outside the literals. Lines that follow each other are one comment.
 * @param {string} text
 * @param {readonly { start: number, end: number }[]} literals
 * @returns {readonly Part[]}
 */
function commentsOf(text, literals) {
  let code = text
  for (const { start, end } of literals)
    code = code.slice(0, start) + fill(text.slice(start, end), '_') + code.slice(end)
  return [...code.matchAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*/g)].map(({ index, 0: comment }) => ({
    start: index,
    prose: text
      .slice(index, index + comment.length)
      .replaceAll(/^[ \t]*(?:\/\*\*?|\/\/|\*(?!\/))|\*\/$/gm, (mark) => fill(mark, ' '))
      // A tag begins a text of its own.
      .replaceAll(/@\w+(?:[ \t]+\w+[ \t]+-)?/g, (tag) => `${fill(tag.slice(1), ' ')}:`),
  }))
}
