import { type HttpAnswer, type HttpClient, httpClient, type RequestParts } from '@latchkey/testing'

/** A client of an app without sessions: it sends the access token it was given last. */
export interface BearerClient extends HttpClient {
  /** Empty until somebody signs in. */
  readonly tokens: { access: string; refresh: string }
}

/** A client without tokens. */
export function bearerClient(url: string): BearerClient {
  const { cookies, send: sendPlain } = httpClient(url)
  const tokens = { access: '', refresh: '' }
  const send = async (method: string, path: string, parts: RequestParts = {}): Promise<HttpAnswer> => {
    const own = tokens.access === '' ? {} : { Authorization: `Bearer ${tokens.access}` }
    const answer = await sendPlain(method, path, { ...parts, headers: { ...own, ...parts.headers } })
    const { access_token: access, refresh_token: refresh } = membersOf(answer)
    if (typeof access === 'string') tokens.access = access
    if (typeof refresh === 'string') tokens.refresh = refresh
    return answer
  }
  return {
    cookies,
    tokens,
    send,
    get: (path, parts) => send('GET', path, parts),
    post: (path, json, parts) => send('POST', path, { json, ...parts }),
  }
}

function membersOf(answer: HttpAnswer): Readonly<Record<string, unknown>> {
  const isJson = answer.headers['content-type']?.includes('json') === true
  return isJson ? (answer.json() as Readonly<Record<string, unknown>>) : {}
}
