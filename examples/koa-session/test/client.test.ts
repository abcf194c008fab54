// Programs and users log in to the Koa example by the client.

import { clientContract } from '../../contract/client-contract.ts'
import { build } from './build.ts'

clientContract(build)
