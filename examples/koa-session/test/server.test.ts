// `npm start` of the Koa example.

import { fileURLToPath } from 'node:url'
import { serverContract } from '../../contract/server-contract.ts'

serverContract(fileURLToPath(new URL('../', import.meta.url)))
