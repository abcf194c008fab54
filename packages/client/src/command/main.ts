#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { Interrupted } from './failures.ts'
import { run } from './run.ts'

const controller = new AbortController()
let endedBy: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | null = null
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // A second signal does not wait for the cleanup.
    if (endedBy !== null) process.exit(128 + constants.signals[signal])
    endedBy = signal
    controller.abort(new Interrupted())
  })
}

// The reader of the output may stop reading, as `head` does.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
const { version } = JSON.parse(manifest) as { version: string }
const { argv, env, stdin, stdout, stderr } = process
const exitCode = await run({ argv: argv.slice(2), env, stdin, stdout, stderr, signal: controller.signal, version })
process.exitCode = endedBy === null ? exitCode : 128 + constants.signals[endedBy]
// A terminal that nobody reads must not keep the process alive.
stdin.pause()
