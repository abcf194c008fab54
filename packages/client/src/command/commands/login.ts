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
    save: { value: 'FILE', help: 'keeps tokens and cookies for programs that go on' },
    pending: { value: 'FILE', help: 'keeps the login that waits where nobody answers' },
    resume: { value: 'FILE', help: 'goes on with the login that --pending kept' },
  },
  about: [
    'URL is where Latchkey is mounted, such as https://app.example/auth.',
    'Standard output gets one JSON object: { answer, tokens, cookies }. All else goes to standard error.',
    'Where no terminal is there, nothing is asked, and exit code 3 says that a second factor is needed.',
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
