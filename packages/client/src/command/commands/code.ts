import type { TotpOptions } from '../../options.ts'
import { currentCode } from '../../totp/code.ts'
import { readTotp } from '../../totp/secret.ts'
import { unusedCode } from '../../totp/unused-code.ts'
import type { Arguments } from '../arguments/read.ts'
import { UsageError } from '../failures.ts'
import { defaultSecretName, secretOptions } from '../secret-source/options.ts'
import { totpOf } from '../secret-source/secret-source.ts'
import type { Shell } from '../shell.ts'
import { noticeListener } from '../terminal/notices.ts'
import type { Command } from './command.ts'

/** `latchkey code` */
export const code: Command = {
  name: 'code',
  summary: 'prints the current code of a TOTP secret',
  usage: ['code [options]', 'code - [options]'],
  arity: [0, 1],
  options: {
    ...secretOptions,
    watch: { value: null, help: 'on a terminal: keeps the line up to date until Ctrl-C' },
    fresh: { value: null, help: 'waits for a time step that was not used yet, and takes it' },
  },
  about: ['`-` reads the secret from standard input. An otpauth: URL counts with all its parameters.'],
  async run(given, shell) {
    if (given.positionals[0] !== undefined && given.positionals[0] !== '-')
      throw new UsageError(
        'a secret as an argument is refused on purpose: process lists show arguments. Use --secret-env, --secret-file or -',
      )
    const totp = totpOf(given, shell)
    if (totp === null)
      throw new UsageError(`there is no secret: set ${defaultSecretName}, or use --secret-env, --secret-file or -`)
    if (given.has('watch')) return watch(given, shell, totp)
    const { code, secondsLeft } = given.has('fresh') ? await fresh(shell, totp) : await currentCode(totp, shell.now())
    // A script takes standard output as the code: CODE=$(latchkey code)
    const isRead = shell.stdout.isTTY === true
    shell.result({ code, secondsLeft }, [isRead ? `${code}  ${secondsLeft} s` : code])
    if (!isRead) shell.say(`${secondsLeft} s left`)
    return undefined
  },
}

async function fresh(shell: Shell, totp: TotpOptions) {
  const { now, sleep, signal } = shell
  const clock = { now: () => ({ nowMs: now(), precisionMs: 0 }) }
  // The secret is read once, since standard input can be read only once.
  const parameters = { ...totp, ...(await readTotp(totp)) } as TotpOptions
  const { code, step } = await unusedCode(parameters, { clock, sleep, notify: noticeListener(shell) }, signal)
  return { code, secondsLeft: Math.ceil((step + 1) * (parameters.period ?? 30) - now() / 1000) }
}

async function watch(given: Arguments, shell: Shell, totp: TotpOptions): Promise<never> {
  const { stdout, signal, now, sleep } = shell
  if (stdout.isTTY !== true || shell.isJson || given.has('fresh'))
    throw new UsageError('--watch is for a terminal, without --json and --fresh')
  const parameters = { ...totp, ...(await readTotp(totp)) } as TotpOptions
  try {
    for (;;) {
      const { code, secondsLeft } = await currentCode(parameters, now())
      stdout.write(`\r\u001b[K${code}  ${secondsLeft} s`)
      await sleep(1000 - (now() % 1000), signal)
    }
  } finally {
    stdout.write('\n')
  }
}
