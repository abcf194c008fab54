// What reading a request's body comes to.

import { isMfaError } from '../../src/index.ts'
import { readBody } from '../../src/routes/read-body.ts'
import { requestOf, type Sent } from './app.ts'

/** The body's object, or the code of the error. */
export async function outcome(sent: Sent): Promise<unknown> {
  try {
    return await readBody(requestOf('POST', '/login', sent))
  } catch (error) {
    if (isMfaError(error)) return error.code
    throw error
  }
}

/** Headers of a body without a length. */
export const chunked = { 'content-length': undefined, 'transfer-encoding': 'chunked' }
