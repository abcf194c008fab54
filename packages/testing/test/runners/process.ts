// A process of an adopter's, which serves its parent what its parent serves it.
import { remoteStorage, serveStorage } from '@latchkey/testing'

serveStorage(remoteStorage())
