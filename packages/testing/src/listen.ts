import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An app that listens. */
export interface RunningApp {
  /** Without a path: `http://127.0.0.1:49152`. */
  readonly url: string
  /** Ends it, and every connection to it. */
  readonly close: () => Promise<void>
}

/** Serves an app on a free port of 127.0.0.1: an Express app, `koa.callback()`, or any other listener of `node:http`. */
export async function listen(app: RequestListener): Promise<RunningApp> {
  const server = createServer(app)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return Object.freeze<RunningApp>({
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}
