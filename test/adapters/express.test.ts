/** The rule guarded here: on Express 4 and 5 the wire is the same, to the letter. */
import express from 'express'
import express4 from 'express4'
import { testAdapter } from './contract.ts'
import { expressFramework } from './express-app.ts'

testAdapter(expressFramework('Express 5', express))
testAdapter(expressFramework('Express 4', express4 as unknown as typeof express))
