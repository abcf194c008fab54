// Authenticator apps enroll and sign in through Koa.

import { authenticatorContract } from '../../contract/authenticator-contract.ts'
import { build } from './build.ts'

authenticatorContract(build)
