import type { Client, Setup } from '../../client.ts'
import { privateFile } from '../../node/private-file.ts'
import type { Answering } from '../../ports.ts'
import { unusedCode } from '../../totp/unused-code.ts'
import type { Arguments } from '../arguments/read.ts'
import { Failed, UsageError } from '../failures.ts'
import { stepsOf } from '../secret-source/secret-source.ts'
import type { Shell } from '../shell.ts'
import { noticeListener } from '../terminal/notices.ts'

/** Store the new secret with all its parameters before it counts, so that it cannot get lost. Never replace another secret. */
export async function keepSecret(path: string, setup: Setup): Promise<void> {
  const file = privateFile(path, '--secret-out')
  if ((await file.read()) !== null) throw new UsageError('--secret-out: the file exists already, and is not replaced')
  await file.write(`${urlOf(setup)}\n`)
}

/** Make a code of the new secret, by the server's clock. Its step is then used for everybody who shares the step file. */
export async function firstCode(
  setup: Setup,
  { client, given, shell }: { readonly client: Client; readonly given: Arguments; readonly shell: Shell },
): Promise<Answering> {
  const totp = { secret: urlOf(setup), steps: stepsOf(given, shell) }
  const clock = {
    now() {
      const { offsetSeconds = 0, precisionSeconds = 0 } = client.clock() ?? {}
      return { nowMs: shell.now() + offsetSeconds * 1000, precisionMs: precisionSeconds * 1000 }
    },
  }
  const { code } = await unusedCode(totp, { clock, sleep: shell.sleep, notify: noticeListener(shell) }, shell.signal)
  return { code }
}

function urlOf({ totpUrl }: Setup): string {
  if (totpUrl === null) throw new Failed('unexpected_answer', 'the server gave no secret', 4)
  return totpUrl
}
