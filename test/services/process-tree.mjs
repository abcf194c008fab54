// Signals for a process and all that it started. PostgreSQL puts each of its processes into a group of its own,
// so a signal to the group of the first reaches no other.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/**
 * The process and all that descend from it, itself first. Those that ended and wait to be collected are left out.
 * @param {number} root
 * @returns {readonly number[]}
 */
export function processTree(root) {
  const parents = existsSync('/proc/self/stat') ? fromProc() : fromPs()
  const tree = parents.has(root) ? [root] : []
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child)
  return tree
}

/**
 * @param {number} root
 * @param {NodeJS.Signals} signal
 */
export function signalTree(root, signal) {
  for (const pid of processTree(root)) send(pid, signal)
}

/**
 * Kills all of them, and says which they were.
 * @param {number} root
 * @returns {readonly number[]}
 */
export function killTree(root) {
  // Stopped first, it starts no others while they are counted.
  send(root, 'SIGSTOP')
  const tree = processTree(root)
  for (const pid of tree) send(pid, 'SIGKILL')
  return tree
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
export function send(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already.
  }
}

/** @returns {Map<number, number>} parents by process id */
function fromProc() {
  const parents = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const [state, parent] = statOf(name)
    if (state !== undefined && state !== 'Z') parents.set(Number(name), Number(parent))
  }
  return parents
}

/** @param {string} pid */
function statOf(pid) {
  try {
    // The program's name before it is in parentheses, and may hold anything.
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

/** @returns {Map<number, number>} */
function fromPs() {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,state='], { encoding: 'utf8' })
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/))
  return new Map(
    rows
      .filter(([, , state]) => state?.startsWith('Z') === false)
      .map(([pid, parent]) => [Number(pid), Number(parent)]),
  )
}
