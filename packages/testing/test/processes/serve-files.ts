// A process of an adopter's: `node serve-files.js <folder> <name of the storage>`.
import { serveStorage } from '../../src/processes/serve-storage.ts'
import { type FileStorageName, fileStorages } from './unsound-files.ts'

const [folder = '', name = ''] = process.argv.slice(2)
serveStorage(fileStorages[name as FileStorageName](folder))
