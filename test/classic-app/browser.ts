/** A browser as far as a server-rendered app can tell: cookies, forms with their hidden fields, redirects. */
export interface Browser {
  /** Cookies by name, as the next request sends them. */
  readonly cookies: ReadonlyMap<string, string>
  open(path: string): Promise<Page>
  /** Submits the form of a page with what was typed into it; follows the redirect. */
  submit(page: Page, typed: Readonly<Record<string, string>>): Promise<Page>
}

export interface Page {
  readonly path: string
  readonly status: number
  readonly text: string
}

export function openBrowser(url: string): Browser {
  const cookies = new Map<string, string>()

  async function load(path: string, body?: URLSearchParams): Promise<Page> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const init = body === undefined ? {} : { method: 'POST', body }
    const response = await fetch(new URL(path, url), { ...init, headers: { cookie }, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) return load(location)
    return { path, status: response.status, text: await response.text() }
  }

  return {
    cookies,
    open: (path) => load(path),
    submit(page, typed) {
      const [, action = ''] = /<form method="post" action="([^"]*)"/.exec(page.text) ?? []
      const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
      const fields = hidden.map(([, name = '', value = '']): [string, string] => [name, value])
      return load(action, new URLSearchParams({ ...Object.fromEntries(fields), ...typed }))
    },
  }
}
