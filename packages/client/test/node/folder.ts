import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { isClientError } from '../../src/errors.ts'

const folders: string[] = []

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** The path of a file in a new folder, which is removed after the test file. */
export function freshPath(name = 'file.json'): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-client-'))
  folders.push(folder)
  return join(folder, name)
}

/** Names in the folder of a file. */
export function besides(path: string): readonly string[] {
  return readdirSync(join(path, '..')).toSorted()
}

/** The code that a promise rejects with. The error itself if it is no `ClientError`. */
export async function refusal(promise: Promise<unknown>): Promise<unknown> {
  const error = await failure(promise)
  return isClientError(error) ? error.code : error
}

export async function failure(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => new Error(`nothing was wrong: ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  return outcome as Error
}
