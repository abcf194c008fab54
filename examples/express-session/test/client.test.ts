// Programs and users log in to the Express example by the client.

import { clientContract } from '../../contract/client-contract.ts'
import { buildApp } from '../app.js'

clientContract(buildApp)
