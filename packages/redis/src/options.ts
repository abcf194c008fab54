/** Where the records are kept, and what is allowed. */
export interface RedisStorageOptions {
  /**
   * What every key begins with. The user's id follows. No other key of the database may begin with it.
   *
   * @defaultValue `'latchkey:'`
   */
  readonly prefix?: string | undefined
  /**
   * Go on even if the server may drop records when its memory is full (`maxmemory-policy` is `allkeys-…`). A user whose record
   * was dropped signs in by password alone.
   *
   * @defaultValue false
   */
  readonly allowEviction?: boolean | undefined
}

/** The options, checked and complete. */
export type Settings = { readonly [Key in keyof RedisStorageOptions]-?: NonNullable<RedisStorageOptions[Key]> }

const knownOptions = ['prefix', 'allowEviction']

/** @throws TypeError that names the option and says what would be right */
export function resolveOptions(options: RedisStorageOptions): Settings {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  // A misspelled option would otherwise put the records elsewhere without a word.
  for (const key of Object.keys(options)) {
    if (!knownOptions.includes(key)) {
      throw new TypeError(`unknown option "${key}" (known: ${knownOptions.join(', ')})`)
    }
  }
  const { prefix = 'latchkey:', allowEviction = false } = options
  if (typeof prefix !== 'string' || prefix === '' || !isWhole(prefix)) {
    throw new TypeError('prefix must be a string that is not empty and holds no half of a character')
  }
  if (typeof allowEviction !== 'boolean') throw new TypeError('allowEviction must be true or false')
  return Object.freeze({ prefix, allowEviction })
}

/** Whether the text stays the same in UTF-8, which turns all halves of characters into the same one. */
export function isWhole(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}
