/** One rule of a contract as a test. */
export interface ContractCase {
  /** The rule, as a sentence. */
  readonly name: string
  /** @throws AssertionError of `node:assert` if the rule is broken */
  readonly run: () => Promise<void>
}
