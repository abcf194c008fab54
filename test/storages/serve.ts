// A process with a storage of its own: `node serve.js <place as JSON>`.
import { serveStorage } from '@latchkey/testing'
import { openPlace } from './open.ts'

const { storage } = await openPlace(JSON.parse(process.argv[2] ?? ''))
serveStorage(storage)
