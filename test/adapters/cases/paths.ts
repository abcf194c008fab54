import { describe, expect, test } from 'vitest'
import type { Framework } from '../framework.ts'
import { expectJson, expectProblem, openSetting } from '../setting.ts'

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

/** Which paths are Latchkey's, and which methods they take. */
export function pathCases(framework: Framework): void {
  test.each(routes)('%s takes %s and answers 405 to anything else', async (path, allow) => {
    const { client } = await openSetting(framework)
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((method) => !allow.includes(method))
    for (const spelled of [path, `${path}/`, `${path}?a=/`]) {
      for (const method of others) {
        const answer = await client.send(method, spelled)
        expectProblem(answer, 405, 'method_not_allowed')
        expect(answer.headers.allow?.split(', ').sort().join(', ')).toBe(allow)
      }
    }
  })

  test('HEAD is 405 with the headers of an answer and no body', async () => {
    const { client } = await openSetting(framework)
    for (const path of ['/auth/mfa/status', '/auth/login/']) {
      const answer = await client.send('HEAD', path)
      expect(answer).toMatchObject({ status: 405, text: '', headers: { 'content-type': 'application/problem+json' } })
      expect(Number(answer.headers['content-length'])).toBeGreaterThan(0)
    }
  })

  test('a slash at the end and a query make no difference', async () => {
    const { client, login } = await openSetting(framework)
    await login(client)
    for (const path of ['/auth/mfa/status', '/auth/mfa/status/', '/auth/mfa/status?x=1', '/auth/mfa/status/?x=/']) {
      expectJson(await client.get(path))
    }
  })

  describe.each(['GET', 'POST'])('%s', (method) => {
    test.each([
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
    ])('%s goes on to the app', async (path) => {
      const { client } = await openSetting(framework)
      expect(await client.send(method, path)).toMatchObject({ status: 404, text: 'nothing here' })
    })
  })

  test('the app may answer below the mount itself', async () => {
    const { client } = await openSetting(framework)
    expect(await client.get('/auth/own')).toMatchObject({ status: 200, text: 'own' })
  })
}
