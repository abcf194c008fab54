import type { BuildApp } from '../../contract/app-contract.ts'
import { buildApp } from '../app.js'

export const build: BuildApp = async (options) => {
  const handle = (await buildApp(options)).callback()
  return (req, res) => void handle(req, res)
}
