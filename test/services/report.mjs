// `npm run services`: which real servers the tests can start here, and how to install those they cannot.
import { reportServices } from './availability.mjs'

const { text, missing } = reportServices()
process.stdout.write(`${text}\n`)
process.stdout.write(missing.length === 0 ? 'All are here.\n' : `Missing: ${missing.join(', ')}.\n`)
process.exitCode = missing.length === 0 ? 0 : 1
