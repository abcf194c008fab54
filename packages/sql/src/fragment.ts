/** What may be a value in a statement. No booleans: one SQLite driver ends the process on one. */
export type Value = string | number

type Piece = { readonly text: string } | { readonly param: Value }

/** SQL whose parameters are still apart from the text, so that fragments can be nested in any order. */
export type Fragment = readonly Piece[]

/** SQL in which an inserted fragment is taken as it is, and any other value becomes a parameter. */
export function sql(texts: TemplateStringsArray, ...inserts: readonly (Fragment | Value)[]): Fragment {
  return texts.flatMap((text, index): Fragment => {
    const insert = inserts[index]
    if (insert === undefined) return [{ text }]
    return isFragment(insert) ? [{ text }, ...insert] : [{ text }, { param: insert }]
  })
}

/** Text that is already SQL. Never for a value. */
export function raw(text: string): Fragment {
  return [{ text }]
}

/** The fragments in their order, with `separator` between them. */
export function join(fragments: readonly Fragment[], separator: string): Fragment {
  return fragments.flatMap((fragment, index) => (index === 0 ? fragment : [{ text: separator }, ...fragment]))
}

/** The text with what `bind` puts instead of each value, and the values that it left to be parameters. */
export function render(
  fragment: Fragment,
  bind: (value: Value, params: Value[]) => string,
): [string, readonly Value[]] {
  const params: Value[] = []
  const text = fragment.map((piece) => ('text' in piece ? piece.text : bind(piece.param, params))).join('')
  return [text, params]
}

function isFragment(insert: Fragment | Value): insert is Fragment {
  return Array.isArray(insert)
}
