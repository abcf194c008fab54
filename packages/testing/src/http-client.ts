import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'

/** What came back, headers by lower-case name. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
  /** Reads the body as JSON. Throws if it is not JSON. */
  json(): unknown
}

/** What to send besides method and path. */
export interface RequestParts {
  /** Sent as `application/json`. */
  readonly json?: unknown
  /** Sent as it is, without a content type. */
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

/** A client that keeps cookies and lets every header through, as `fetch` does not. It follows no redirect. */
export interface HttpClient {
  /** By name. A test may read, set and delete them. */
  readonly cookies: Map<string, string>
  readonly send: (method: string, path: string, parts?: RequestParts) => Promise<HttpAnswer>
  readonly get: (path: string, parts?: RequestParts) => Promise<HttpAnswer>
  readonly post: (path: string, json?: unknown, parts?: RequestParts) => Promise<HttpAnswer>
}

/**
 * Makes a new client without cookies, for tests of an app over real HTTP.
 *
 * @param url - Where the app is, without a path: `http://127.0.0.1:49152`
 */
export function httpClient(url: string): HttpClient {
  const cookies = new Map<string, string>()
  const client: HttpClient = {
    cookies,
    async send(method, path, { json, body = json === undefined ? undefined : JSON.stringify(json), headers } = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const type = json === undefined ? {} : { 'Content-Type': 'application/json' }
      const isChunked = headers?.['Transfer-Encoding'] !== undefined
      const length = body === undefined || isChunked ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
      const answer = await exchange(
        url,
        { method, path, headers: { Cookie: cookie, ...type, ...length, ...headers } },
        body,
      )
      for (const line of answer.headers['set-cookie'] ?? []) keep(cookies, line)
      return answer
    },
    get: (path, parts) => client.send('GET', path, parts),
    post: (path, json, parts) => client.send('POST', path, { json, ...parts }),
  }
  return client
}

function keep(cookies: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  if (value === '') cookies.delete(name)
  else cookies.set(name, value)
}

function exchange(
  url: string,
  head: { method: string; path: string; headers: Record<string, string> },
  body: string | Buffer | undefined,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...head, agent: false }, (message) => void collect(message).then(resolve, reject))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function collect(message: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  const text = bytes.toString()
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    bytes,
    text,
    json: () => JSON.parse(text) as unknown,
  }
}
