import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'

/** What came back, headers by lower-case name. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
  /** The body read as JSON; throws where it is none. */
  json(): unknown
}

/** What to send besides method and path. */
export interface Sent {
  /** Sent as `application/json`. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly body?: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

/** A client that keeps cookies and lets every header through, as `fetch` does not. */
export interface Client {
  readonly cookies: Map<string, string>
  send(method: string, path: string, sent?: Sent): Promise<Answer>
  get(path: string, sent?: Sent): Promise<Answer>
  post(path: string, json?: unknown, sent?: Sent): Promise<Answer>
}

export function httpClient(url: string): Client {
  const cookies = new Map<string, string>()
  const client: Client = {
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
    get: (path, sent) => client.send('GET', path, sent),
    post: (path, json, sent) => client.send('POST', path, { json, ...sent }),
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
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...head, agent: false }, (message) => collect(message).then(resolve, reject))
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function collect(message: IncomingMessage): Promise<Answer> {
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
