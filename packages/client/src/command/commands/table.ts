import { answers } from './answers.ts'
import { code } from './code.ts'
import type { Command } from './command.ts'
import { doctor } from './doctor.ts'
import { enroll } from './enroll.ts'
import { login } from './login.ts'
import { schema } from './schema.ts'
import { secret } from './secret.ts'

/** All commands, as the help lists them. */
export const commands: readonly Command[] = [login, enroll, code, answers, doctor, secret, schema]
