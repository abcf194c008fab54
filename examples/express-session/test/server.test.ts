// `npm start` of the Express example.

import { fileURLToPath } from 'node:url'
import { serverContract } from '../../contract/server-contract.ts'

serverContract(fileURLToPath(new URL('../', import.meta.url)))
