/** Anything that survives `JSON.stringify` and back unchanged. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

export type JsonObject = { readonly [key: string]: JsonValue }

/** A value, or a promise of one. */
export type Awaitable<T> = T | PromiseLike<T>

/** `size` random bytes, unpredictable. */
export type RandomBytes = (size: number) => Uint8Array
