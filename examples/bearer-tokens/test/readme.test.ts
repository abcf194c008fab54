// The README of the example with bearer tokens.

import { fileURLToPath } from 'node:url'
import { readmeContract } from '../../contract/readme-contract.ts'
import { buildApp } from '../app.js'

readmeContract(fileURLToPath(new URL('../', import.meta.url)), buildApp)
