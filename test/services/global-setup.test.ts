/** What was left out is said when the run is over, and a server that does not start is an error of the test that asked. */
import { existsSync } from 'node:fs'
import { afterEach, expect, type ProvidedContext, test, vi } from 'vitest'
import type { TestProject } from 'vitest/node'
import { setup } from './global-setup.ts'
import { noteLeftOut } from './left-out.ts'
import { startServer } from './servers.ts'

vi.mock('./servers.ts', () => ({ startServer: vi.fn<typeof startServer>() }))
afterEach(() => vi.restoreAllMocks())

test('the end of a run names each service that was missed', async () => {
  const { provided, end } = await begin()
  noteLeftOut(provided.leftOutFile, 'postgres')
  expect(await end()).toMatch(/LEFT OUT: the tests on PostgreSQL/)
  expect(existsSync(provided.leftOutFile)).toBe(false)
})

test('a run that missed none ends in silence', async () => {
  const { end } = await begin()
  expect(await end()).toBe('')
})

test('a server is started once for all who ask, and stopped at the end', async () => {
  const stop = vi.fn<() => Promise<void>>()
  const server = { name: 'redis', urls: ['redis://127.0.0.1:1'], stop } as unknown as Awaited<
    ReturnType<typeof startServer>
  >
  vi.mocked(startServer).mockResolvedValue(server)
  const { provided, end } = await begin()
  const answers = await Promise.all([1, 2].map(async () => (await fetch(`${provided.address}/redis`)).json()))
  expect(answers).toEqual([server.urls, server.urls])
  expect(startServer).toHaveBeenCalledTimes(1)
  expect(startServer).toHaveBeenCalledWith('redis', { durable: false })
  await end()
  expect(stop).toHaveBeenCalledTimes(1)
})

test('one that does not start tells why', async () => {
  vi.mocked(startServer).mockRejectedValue(new Error('no space left'))
  const { provided, end } = await begin()
  const response = await fetch(`${provided.address}/mariadb`)
  expect([response.status, await response.text()]).toEqual([500, 'no space left'])
  expect((await fetch(`${provided.address}/oracle`)).status).toBe(404)
  await end()
})

async function begin(): Promise<{ provided: ProvidedContext['services']; end: () => Promise<string> }> {
  const provide = vi.fn<(name: 'services', value: ProvidedContext['services']) => void>()
  const teardown = await setup({ provide } as unknown as TestProject)
  const [[, provided] = []] = provide.mock.calls
  if (provided === undefined) throw new Error('Nothing was provided')
  const end = async (): Promise<string> => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await teardown()
    return said.mock.calls.map(([text]) => String(text)).join('')
  }
  return { provided, end }
}
