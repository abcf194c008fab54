import { Pool } from 'undici'
import { type Stretch, stretchOf } from './figures.ts'

/** Load that keeps a number of requests under way, all the same small POST, for so long. */
export interface Requests {
  /** On 127.0.0.1. */
  readonly port: number
  readonly path: string
  readonly atOnce: number
  readonly seconds: number
}

const headers = { 'content-type': 'application/json' }
const body = JSON.stringify({ username: 'somebody', password: 'of somebody' })

/** Sends them; a request counts as a journey. */
export async function requests({ port, path, atOnce, seconds }: Requests): Promise<Stretch> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: atOnce, pipelining: 1 })
  const times: number[] = []
  const faults: string[] = []
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  const worker = async (): Promise<void> => {
    while (performance.now() < endsAt && faults.length === 0) {
      const sentAt = performance.now()
      const answer = await pool.request({ method: 'POST', path, headers, body })
      const text = await answer.body.text()
      if (answer.statusCode === 200) times.push(performance.now() - sentAt)
      else faults.push(`${answer.statusCode} ${text}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const elapsedMs = performance.now() - startedAt
  await pool.destroy()
  return stretchOf(times, elapsedMs / 1000, faults)
}
