// The README of the Koa example.

import { fileURLToPath } from 'node:url'
import { readmeContract } from '../../contract/readme-contract.ts'
import { build } from './build.ts'

readmeContract(fileURLToPath(new URL('../', import.meta.url)), build)
