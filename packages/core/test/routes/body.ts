// What reading a request's body comes to, and a stream that a test speaks for.

import { EventEmitter } from 'node:events'
import { isMfaError, type RequestStream } from '../../src/index.ts'
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

/** A stream that a test speaks for. */
export function stream(): EventEmitter & RequestStream & { paused: boolean } {
  const emitter = Object.assign(new EventEmitter(), {
    ...{ readableDidRead: false, destroyed: false, paused: false },
    resume: () => undefined,
    pause: () => {
      emitter.paused = true
    },
  })
  return emitter
}
