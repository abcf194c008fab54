import { invalidFile } from './file-faults.ts'

/**
 * The JSON object in a file's text. A member `__proto__` is like any other.
 *
 * @throws ClientError `invalid_file`, without the parser's error, since that quotes the text
 */
export function parseObject(path: string, text: string): Readonly<Record<string, unknown>> {
  const value = parse(path, text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidFile(path, 'not_an_object')
  return value as Record<string, unknown>
}

/** Whether reading a text throws nothing. */
export function isReadable(read: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      read(text)
      return true
    } catch {
      return false
    }
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidFile(path, 'not_json')
  }
}

/**
 * The names of the members of an object that `parseObject` has read, as they stand in the text. They are in the order of the
 * text, while JavaScript puts those that look like numbers first. A name that occurs twice is listed twice.
 */
export function namesInOrder(text: string): readonly string[] {
  const names: string[] = []
  let depth = 0
  for (const [token, name] of text.matchAll(/("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|[[\]{}]/gu)) {
    if (token === '{' || token === '[') depth += 1
    if (token === '}' || token === ']') depth -= 1
    if (depth === 1 && name !== undefined) names.push(JSON.parse(name) as string)
  }
  return names
}
