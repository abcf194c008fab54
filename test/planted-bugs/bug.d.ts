/** A change to one source file. */
export interface Change {
  /** Below `packages/`. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly search: string
  readonly replace: string
}

/** A hole, and the tests that must notice it. */
export interface PlantedBug {
  /** What is wrong, in a few words. */
  readonly name: string
  readonly changes: readonly Change[]
  /** The threats whose tests go red: each is `test/security/<threat>.test.ts`, or the path of a test of a package's own. */
  readonly threats: readonly string[]
  /** What the name of a test must hold to be asked; without it all of the threat's are. */
  readonly test?: string
}
