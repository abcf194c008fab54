// What a route may rely on: admission has found its caller, and its path has the parts it names. Otherwise it is a fault.

import { expect, test } from 'vitest'
import { paramOf, userOf } from '../../src/routes/route.ts'

test('a route for somebody who is known is never run for nobody', () => {
  expect(() => userOf({ caller: { kind: 'nobody' } })).toThrow(TypeError)
})

test('a part that the path does not have is a fault', () => {
  expect(paramOf({ params: { id: 'a' } }, 'id')).toBe('a')
  expect(() => paramOf({ params: {} }, 'id')).toThrow("the route has no part 'id' in its path")
})
