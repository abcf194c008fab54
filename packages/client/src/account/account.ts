import type { Client, Diagnosis, Status } from '../client.ts'
import { authenticatorOf } from '../enrollment/enrollment.ts'
import { refusalOf } from '../http/answer.ts'
import { type Fields, fieldsOf } from '../http/read-fields.ts'
import type { AskSignedIn } from '../session/signed-in.ts'

type AccountMethods =
  | 'status'
  | 'authenticators'
  | 'rename'
  | 'remove'
  | 'recoveryCodes'
  | 'regenerateRecoveryCodes'
  | 'diagnose'

export interface AccountParts {
  readonly askSignedIn: AskSignedIn
  /** The token of an enrollment that is not confirmed yet. If there is one, `diagnose` is about it. */
  readonly activationToken: () => string | null
}

/** Make the methods by which a user who is signed in sees and changes the account. */
export function createAccount({ askSignedIn, activationToken }: AccountParts): Pick<Client, AccountMethods> {
  const one = (method: string, id: string) => [method, `/mfa/authenticators/${encodeURIComponent(id)}`] as const
  return {
    async status({ signal } = {}) {
      return statusOf(fieldsOf(await askSignedIn({ route: 'status', signal })))
    },
    async authenticators({ signal } = {}) {
      return fieldsOf(await askSignedIn({ route: 'authenticators', signal }))
        .each('authenticators')
        .map(authenticatorOf)
    },
    async rename(id, name, { signal } = {}) {
      return authenticatorOf(fieldsOf(await askSignedIn({ route: one('PATCH', id), json: { name }, signal })))
    },
    async remove(id, { signal } = {}) {
      const answer = await askSignedIn({ route: one('DELETE', id), signal })
      if (answer.status !== 204) throw refusalOf(answer)
    },
    async recoveryCodes({ signal } = {}) {
      const fields = fieldsOf(await askSignedIn({ route: 'recovery_code.show', signal }))
      return { codes: fields.texts('codes'), remaining: fields.count('remaining') }
    },
    async regenerateRecoveryCodes({ signal } = {}) {
      return fieldsOf(await askSignedIn({ route: 'recovery_code.regenerate', json: {}, signal })).texts('codes')
    },
    async diagnose(code, { signal } = {}) {
      const token = activationToken()
      const json = { ...(code === undefined ? {} : { code }), ...(token === null ? {} : { activation_token: token }) }
      const fields = fieldsOf(await askSignedIn({ route: 'totp.diagnose', json, signal }))
      return { serverTime: fields.time('server_time'), authenticators: fields.each('authenticators').map(diagnosisOf) }
    },
  }
}

function statusOf(fields: Fields): Status {
  return {
    mfaEnabled: fields.body['mfa_enabled'] === true,
    createdAt: fields.timeOrNull('created_at'),
    lastUsedAt: fields.timeOrNull('last_used_at'),
    methods: fields.texts('methods'),
    recoveryCodesRemaining: fields.count('recovery_codes_remaining'),
    answer: fields.body,
  }
}

function diagnosisOf(fields: Fields): Diagnosis {
  const { matched, drift_steps } = fields.body
  return {
    id: fields.textOrNull('id'),
    name: fields.textOrNull('name'),
    period: fields.count('period'),
    matched: typeof matched === 'boolean' ? matched : null,
    driftSteps: typeof drift_steps === 'number' ? drift_steps : null,
  }
}
