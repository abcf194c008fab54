import { nearest } from './arguments/nearest.ts'
import { everywhere } from './arguments/option.ts'
import { type Arguments, echo, readArguments } from './arguments/read.ts'
import type { Command } from './commands/command.ts'
import { commands } from './commands/table.ts'
import { exitCodeOf } from './exit-codes.ts'
import { Interrupted, UsageError } from './failures.ts'
import { helpOf, overview } from './help.ts'
import type { CommandIo } from './io.ts'
import { openShell } from './shell.ts'
import { reportError } from './terminal/report-error.ts'

/** Run the command that was typed, and return its exit code. Reject on no error that may be expected. */
export async function run(io: CommandIo): Promise<number> {
  try {
    io.signal.throwIfAborted()
    return await dispatch(io)
  } catch (thrown) {
    const error = io.signal.aborted ? new Interrupted() : thrown
    reportError(error, io)
    return exitCodeOf(error)
  }
}

async function dispatch(io: CommandIo): Promise<number> {
  const [first, ...rest] = io.argv
  const print = (lines: readonly string[]) => void io.stdout.write(`${lines.join('\n')}\n`)
  if (first === undefined || first.startsWith('-')) {
    const given = readArguments(io.argv, everywhere)
    if (given.has('version')) print([io.version])
    else if (given.has('help')) print(overview(commands))
    else throw new UsageError('name a command: `latchkey --help` lists them')
    return 0
  }
  if (first === 'help') {
    const [topic] = rest.filter((word) => !word.startsWith('-'))
    print(topic === undefined ? overview(commands) : helpOf(commandOf(topic)))
    return 0
  }
  const command = commandOf(first)
  const given = readArguments(rest, { ...command.options, ...everywhere })
  if (given.has('help')) print(helpOf(command))
  else if (given.has('version')) print([io.version])
  else return (await command.run(demandArity(command, given), openShell(io, given))) ?? 0
  return 0
}

function commandOf(name: string): Command {
  const command = commands.find((one) => one.name === name)
  if (command !== undefined) return command
  const near = nearest(
    name,
    commands.map((one) => one.name),
  )
  const hint = near === null ? '`latchkey --help` lists them' : `did you mean ${near}?`
  throw new UsageError(`there is no command "${echo(name)}": ${hint}`)
}

function demandArity(command: Command, given: Arguments): Arguments {
  const { length } = given.positionals
  const [least, most] = command.arity
  if (length >= least && length <= most) return given
  throw new UsageError(
    `${length < least ? 'an argument is missing' : 'there are too many arguments'}: latchkey ${command.usage[0]}`,
  )
}
