// The Express example does what every example does.

import { appContract } from '../../contract/app-contract.ts'
import { buildApp } from '../app.js'

appContract(buildApp)
