// A process that serves its parent what its parent serves it, so that several of them share the memory of one.
import { remoteStorage } from '../../src/processes/remote-storage.ts'
import { serveStorage } from '../../src/processes/serve-storage.ts'

serveStorage(remoteStorage())
