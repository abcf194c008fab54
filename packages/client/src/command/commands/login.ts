import { signInOptions } from '../sign-in/options.ts'
import { signIn } from '../sign-in/sign-in.ts'
import { plainJson } from '../terminal/plain-text.ts'
import type { Command } from './command.ts'

/** `latchkey login` */
export const login: Command = {
  name: 'login',
  summary: 'logs in with a second factor, and prints what came',
  usage: ['login URL [options]', 'login URL --resume FILE [options]'],
  arity: [1, 1],
  options: {
    ...signInOptions,
    save: { value: 'FILE', help: 'stores tokens and cookies for later programs' },
    pending: { value: 'FILE', help: 'stores the login that waits if nobody answers' },
    resume: { value: 'FILE', help: 'goes on with the login that --pending stored' },
  },
  about: [
    'URL is where Latchkey is mounted, such as https://app.example/auth.',
    'Standard output gets one JSON object: { answer, tokens, cookies }. Everything else goes to standard error.',
    'Without a terminal nothing is asked, and exit code 3 says that a second factor is needed.',
  ],
  async run(given, shell) {
    const { client, session } = await signIn(given, shell)
    const { answer, tokens } = session
    const cookies = (await client.held())?.cookies ?? []
    shell.say('Signed in.')
    shell.stdout.write(`${plainJson({ answer, tokens, cookies })}\n`)
    return undefined
  },
}
