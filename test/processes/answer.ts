interface Call {
  readonly id: number
  readonly command: string | undefined
  readonly argument: never
}

/** In a process that `forkEntry` started: says that it is ready, does what it is told, and ends with its parent. */
export function answerParent(commands: Readonly<Record<string, (argument: never) => unknown>>, ready: unknown): void {
  process.on('message', async ({ id, command, argument }: Call) => {
    // The parent's answers of a storage come on the same channel.
    if (command === undefined) return
    process.send?.({ id, result: await commands[command]?.(argument) })
  })
  process.on('disconnect', () => process.exit())
  process.send?.({ id: 0, result: ready })
}
