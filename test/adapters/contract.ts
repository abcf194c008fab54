import { describe } from 'vitest'
import { bodyCases } from './cases/bodies.ts'
import { crossSiteCases } from './cases/cross-site.ts'
import { errorCases } from './cases/errors.ts'
import { guardCases } from './cases/guard.ts'
import { hostErrorCases } from './cases/host-errors.ts'
import { journeyCases } from './cases/journey.ts'
import { pathCases } from './cases/paths.ts'
import { sessionCases } from './cases/sessions.ts'
import type { Framework } from './framework.ts'

const groups = {
  'the routes': journeyCases,
  'the errors': errorCases,
  'the paths': pathCases,
  'the bodies': bodyCases,
  'requests from other sites': crossSiteCases,
  'errors of the app': hostErrorCases,
  'the guard': guardCases,
  'the sessions': sessionCases,
}

/** Latchkey on the wire, case by case over real HTTP: every framework gives the same answers. */
export function adapterContract(framework: Framework): void {
  describe.each(Object.entries(groups))(`${framework.name}: %s`, (_name, cases) => {
    cases(framework)
  })
}
