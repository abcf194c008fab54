// Holds every success of a test's routes against the JSON Schema that its route declares.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { createRouteTable, type MfaOptions, type Route, type RouteAnswer, type RouteSource } from '../../src/index.ts'
import { routeSourceOf } from '../../src/routes/route-table.ts'

const ajv = new Ajv2020({ allowUnionTypes: true, formats: { 'date-time': true, uri: true } })
const compiled = new Map<string, ValidateFunction>()

/** The same routes; one whose answer is not what it declares throws. */
export function checkedRoutes(routes: MfaOptions['routes']): MfaOptions['routes'] {
  const { build, settings } = routeSourceOf(routes)
  const isSettings = settings === undefined || (typeof settings === 'object' && settings !== null)
  // What is a mistake is left to be one.
  if (!isSettings) return routes
  return createRouteTable({
    settings: settings as RouteSource['settings'],
    build: (factors) => build(factors).map(checked),
  })
}

function checked(route: Route): Route {
  return {
    ...route,
    async handle(call) {
      const answer = await route.handle(call)
      const fault = faultOf(route, answer)
      if (fault !== null) throw new Error(`the answer of ${route.name} is not what it declares: ${fault}`)
      return answer
    },
  }
}

function faultOf({ answer: schema }: Route, answer: RouteAnswer): string | null {
  if ('headers' in answer) {
    if (answer.body === null) return schema === null ? null : 'it has no body'
    const type = answer.headers['Content-Type']
    return schema?.['contentMediaType'] === type ? null : `it is ${type}`
  }
  if (schema === null) return 'it has a body'
  const validate = validatorOf(schema)
  return validate(JSON.parse(JSON.stringify(answer.body ?? {}))) ? null : ajv.errorsText(validate.errors)
}

function validatorOf(schema: object): ValidateFunction {
  const text = JSON.stringify(schema)
  const known = compiled.get(text) ?? ajv.compile(schema)
  compiled.set(text, known)
  return known
}
