import assert from 'node:assert/strict'
import { assertText, readJson, readProblem } from '../answers.ts'
import type { AdapterRule, Open } from '../rule.ts'

const routes = [
  ['/auth/login', 'POST'],
  ['/auth/mfa/verify', 'POST'],
  ['/auth/mfa/totp/activate', 'GET, POST'],
  ['/auth/mfa/totp/qr', 'POST'],
  ['/auth/mfa/totp/deactivate', 'POST'],
  ['/auth/mfa/status', 'GET'],
  ['/auth/mfa/recovery-codes', 'GET'],
  ['/auth/mfa/recovery-codes/regenerate', 'POST'],
  ['/auth/mfa/authenticators', 'GET'],
  ['/auth/mfa/authenticators/1', 'DELETE, PATCH'],
  ['/auth/mfa/step-up', 'POST'],
] as const

const notOurs = [
  '/auth',
  '/auth/',
  '/auth/nothing',
  '/auth/Login',
  '/auth/mfa//status',
  '/auth/login//',
  '/auth/login/x',
  '/auth/login.css',
  '/auth/logi%6e',
  '/auth/%2e/login',
  '/auth/mfa/authenticators//',
  '/authlogin',
  '/login',
  '/abcd/login',
]

/** Which paths are Latchkey's, and which methods they take. */
export const pathRules: readonly AdapterRule[] = [
  ...routes.map(([path, allow]) => ({
    name: `${path} takes ${allow} and answers 405 to anything else`,
    check: (open: Open) => checkMethods(open, path, allow),
  })),
  {
    name: 'HEAD is 405 with the headers of an answer and no body',
    async check(open) {
      const { client } = await open()
      for (const path of ['/auth/mfa/status', '/auth/login/']) {
        const answer = await client.send('HEAD', path)
        assertText(answer, 405, '')
        assert.equal(answer.headers['content-type'], 'application/problem+json')
        assert.ok(Number(answer.headers['content-length']) > 0)
      }
    },
  },
  {
    name: 'a slash at the end and a query make no difference',
    async check(open) {
      const { client, login } = await open()
      await login(client)
      for (const path of ['/auth/mfa/status', '/auth/mfa/status/', '/auth/mfa/status?x=1', '/auth/mfa/status/?x=/']) {
        readJson(await client.get(path))
      }
    },
  },
  ...['GET', 'POST'].flatMap((method) =>
    notOurs.map(
      (path): AdapterRule => ({
        name: `${method}: ${path} goes on to the app`,
        async check(open) {
          const { client } = await open()
          assertText(await client.send(method, path), 404, 'nothing here')
        },
      }),
    ),
  ),
  {
    name: 'the app may answer below the mount itself',
    async check(open) {
      const { client } = await open()
      assertText(await client.get('/auth/own'), 200, 'own')
    },
  },
]

async function checkMethods(open: Open, path: string, allow: string): Promise<void> {
  const { client } = await open()
  const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((method) => !allow.includes(method))
  for (const spelled of [path, `${path}/`, `${path}?a=/`]) {
    for (const method of others) {
      const answer = await client.send(method, spelled)
      readProblem(answer, 405, 'method_not_allowed')
      assert.equal(answer.headers.allow?.split(', ').sort().join(', '), allow)
    }
  }
}
