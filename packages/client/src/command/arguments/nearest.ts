/** The name that is most like a text. `null` if none is near. */
export function nearest(text: string, names: readonly string[]): string | null {
  const near = names
    .map((name) => ({ name, distance: name.startsWith(text) && text.length > 1 ? 0 : distance(text, name) }))
    .toSorted((left, right) => left.distance - right.distance)
  const [first] = near
  return first !== undefined && first.distance <= Math.max(2, Math.floor(text.length / 3)) ? first.name : null
}

/** How many letters must be changed, added or left out (Levenshtein). */
function distance(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (const [row, letter] of [...left].entries()) {
    const line = [row + 1]
    for (const [column, other] of [...right].entries()) {
      const changed = (above[column] ?? 0) + (letter === other ? 0 : 1)
      line.push(Math.min(changed, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1))
    }
    above = line
  }
  return above[right.length] ?? 0
}
