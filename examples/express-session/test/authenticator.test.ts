// Authenticator apps enroll and sign in through Express.

import { authenticatorContract } from '../../contract/authenticator-contract.ts'
import { buildApp } from '../app.js'

authenticatorContract(buildApp)
