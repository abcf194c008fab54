// The Koa example does what every example does.

import { appContract } from '../../contract/app-contract.ts'
import { build } from './build.ts'

appContract(build)
