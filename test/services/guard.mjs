// Ends servers whose owner is gone, however it went: it reads a pipe that closes with its owner, even on SIGKILL.
// Lines are JSON: { "add": pid, "signal": … }, { "remove": pid }, { "folder": path }.
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { killTree, processTree, send, signalTree } from './process-tree.mjs'

const patienceMs = 3000

/** @type {Map<number, NodeJS.Signals>} */
const signals = new Map()
/** @type {Set<string>} */
const folders = new Set()

for await (const line of createInterface({ input: process.stdin })) {
  const { add, remove, signal, folder } = JSON.parse(line)
  if (add !== undefined) signals.set(add, signal)
  if (remove !== undefined) signals.delete(remove)
  if (folder !== undefined) folders.add(folder)
}

await Promise.all([...signals].map(([pid, signal]) => end(pid, signal)))
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
async function end(pid, signal) {
  signalTree(pid, 'SIGCONT')
  send(pid, signal)
  const deadlineMs = Date.now() + patienceMs
  while (processTree(pid).length > 0 && Date.now() < deadlineMs) await setTimeout(20)
  killTree(pid)
}
