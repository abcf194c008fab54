/** How much is tried: a little in every run of the tests, all of it by the named scripts. */
export const isLong = process.env['LATCHKEY_PROOF'] === 'long'

/** Rounds of each race. */
export const rounds = isLong ? 1000 : 10
/** Kills of a process, and of a server. */
export const kills = isLong ? 50 : 3
/** Kills of a process that writes to SQLite, where what it was told is done could die with it. */
export const sqliteKills = isLong ? 500 : kills

/** How long a server is away. */
export const outageSeconds = isLong ? 10 : 2

/** Says what came of it: in the long run the figures are what it is run for. */
export function tell(line: string): void {
  if (isLong) process.stdout.write(`${line}\n`)
}
