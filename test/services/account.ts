import { chmodSync, chownSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whom a server runs as. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * The first of these accounts that is there, or `nobody`; null where we are not root and servers run as we do.
 * PostgreSQL and MariaDB refuse to run as root.
 */
export function unprivileged(names: readonly string[]): Account | null {
  if (process.getuid?.() !== 0) return null
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const name of [...names, 'nobody']) {
    const row = rows.find(([first]) => first === name)
    if (row !== undefined) return { uid: Number(row[2]), gid: Number(row[3]) }
  }
  throw new Error(`Servers need an account other than root: none of ${names.join(', ')}, nobody is there`)
}

/** A new temporary folder that belongs to the account. */
export function temporaryFolder(name: string, account: Account | null): string {
  const folder = mkdtempSync(join(tmpdir(), `latchkey-${name}-`))
  chmodSync(folder, 0o700)
  if (account !== null) chownSync(folder, account.uid, account.gid)
  return folder
}
