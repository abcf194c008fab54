// The floor: the least that is safe, written by hand for this one route, to measure against. `node floor.js <settings as JSON>`.
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import express, { type RequestHandler } from 'express'
import { password, secretBytes, userIdOf } from '../people.ts'
import type { ServerSettings } from '../target.ts'
import { type FloorTokens, handTokens, joseTokens } from './floor-tokens.ts'
import { listen } from './listen.ts'

const { contestant, users } = JSON.parse(process.argv[2] ?? '') as ServerSettings
const key = randomBytes(32)
const tokens: FloorTokens = contestant === 'floor-jose' ? await joseTokens(key) : handTokens(key)

/** What is kept of a user, sealed. */
interface Kept {
  readonly secret: string
  readonly lastStep: number
  readonly failures: number
  readonly waitUntil: number
}

interface Row {
  readonly revision: string
  readonly sealed: Buffer
}

const rows = new Map<string, Row>()
const read = async (id: string): Promise<Row | undefined> => rows.get(id)

async function compareAndSet(id: string, next: Row, expected: string): Promise<boolean> {
  if (rows.get(id)?.revision !== expected) return false
  rows.set(id, next)
  return true
}

function seal(id: string, kept: Kept): Row {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(id))
  const text = Buffer.concat([nonce, cipher.update(JSON.stringify(kept)), cipher.final(), cipher.getAuthTag()])
  return { revision: randomBytes(16).toString('base64url'), sealed: text }
}

function open(id: string, { sealed }: Row): Kept {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(id))
  decipher.setAuthTag(sealed.subarray(-16))
  return JSON.parse(decipher.update(sealed.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')) as Kept
}

function codeAt(secret: Buffer, step: number): Buffer {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', secret).update(counter).digest()
  const at = (digest.at(-1) ?? 0) & 15
  return Buffer.from(String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0'))
}

/** What a code makes of what is kept; the same where it is not looked at. */
function judged(kept: Kept, code: unknown, nowMs: number): Kept {
  if (kept.waitUntil > nowMs || typeof code !== 'string' || !/^[0-9]{6}$/.test(code)) return kept
  const [secret, wanted] = [Buffer.from(kept.secret, 'base64'), Buffer.from(code)]
  const now = Math.floor(nowMs / 30_000)
  const fitting = [now - 1, now, now + 1].filter((step) => timingSafeEqual(codeAt(secret, step), wanted))
  const step = fitting.findLast((candidate) => candidate > kept.lastStep)
  if (step !== undefined) return { ...kept, lastStep: step, failures: 0, waitUntil: 0 }
  const failures = kept.failures + 1
  const waitMs = failures < 5 ? 0 : Math.min(30_000 * 2 ** (failures - 5), 3_600_000)
  return { ...kept, failures, waitUntil: nowMs + waitMs }
}

const logIn: RequestHandler = async (req, res) => {
  const { username, password: given } = req.body as Record<string, unknown>
  if (typeof username !== 'string' || given !== password)
    return void res.status(401).json({ code: 'invalid_credentials' })
  if ((await read(username)) === undefined) return void res.json({ user: username })
  res.json({ mfa_required: true, ephemeral_token: await tokens.sign(username) })
}

const verify: RequestHandler = async (req, res) => {
  const { ephemeral_token: token, code } = req.body as Record<string, unknown>
  const id = await tokens.open(token)
  if (id === null) return void res.status(400).json({ code: 'invalid_token' })
  for (;;) {
    const row = await read(id)
    if (row === undefined) return void res.status(400).json({ code: 'invalid_token' })
    const kept = open(id, row)
    const next = judged(kept, code, Date.now())
    if (next === kept) return void res.status(429).json({ code: 'too_many_attempts' })
    if (!(await compareAndSet(id, seal(id, next), row.revision))) continue
    if (next.failures > 0) return void res.status(400).json({ code: 'invalid_code' })
    return void res.json({ user: id })
  }
}

for (let user = 0; user < users; user += 1) {
  const id = userIdOf(user)
  rows.set(id, seal(id, { secret: secretBytes(user).toString('base64'), lastStep: -1, failures: 0, waitUntil: 0 }))
}
const app = express().disable('x-powered-by').use(express.json()).post('/login', logIn).post('/verify', verify)
await listen(app, { login: '/login', verify: '/verify', carries: 'token' })
