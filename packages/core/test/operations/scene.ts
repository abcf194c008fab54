// A world with alice enrolled, and what is heard from then on.

import type { MfaEvent, MfaOptions } from '../../src/index.ts'
import { createWorld, type Enrolled, enroll, type World } from '../world.ts'

export interface Scene {
  readonly world: World
  readonly alice: Enrolled
}

/** What is done, and the event it is to make. */
export type Outcome = readonly [
  name: string,
  act: (scene: Scene) => Promise<unknown>,
  expected: Partial<Pick<MfaEvent, 'type' | 'reason' | 'factor' | 'userId' | 'driftSteps' | 'actor' | 'note'>>,
]

export const code = ({ world, alice }: Scene) => alice.app.nextCode(world.clock.now())
export const wrong = ({ world, alice }: Scene) => alice.app.wrongCode(world.clock.now())
export const fresh = ({ alice }: Scene) => ({ provedAt: alice.proof.provedAt, requestId: 'r1' })

export async function opened(options: Partial<MfaOptions> = {}) {
  const world = createWorld(options)
  const scene: Scene = { world, alice: await enroll(world) }
  const before = world.events.length
  return { scene, heard: () => world.events.slice(before) }
}
