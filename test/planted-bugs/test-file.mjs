/**
 * The file with the tests of a threat, below the workspace's root.
 * @param {string} threat
 */
export function testFileOf(threat) {
  return threat.endsWith('.test.ts') ? threat : `test/security/${threat}.test.ts`
}
