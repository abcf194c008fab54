// Plays a random sequence of operations against the core and the model side by side, and compares after each.
import assert from 'node:assert/strict'
import { virtualAuthenticator } from '@latchkey/testing'
import fc from 'fast-check'
import { createMfa, isMfaError, type Mfa, memoryStorage, type User } from '../../src/index.ts'
import { secret, startMs } from '../world.ts'
import { limits, type ModelToken, ModelUser, mostAuthenticators, type Verdict, window } from './model.ts'

/** What a client sends as a code: where it takes it from. */
const codeSource = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      of: fc.constant('phone' as const),
      phone: fc.nat(1),
      offset: fc.integer({ min: -2, max: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ of: fc.constant('recovery' as const), index: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom({ of: 'wrong' as const }, { of: 'wrong_recovery' as const }, { of: 'rubbish' as const }),
  },
)
type CodeSource = typeof codeSource extends fc.Arbitrary<infer T> ? T : never

const user = fc.nat(1)
const token = fc.nat(3)
const fresh = fc.boolean()

/** One act of one of two users, or of nobody: time goes by. */
const act = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 29, 30, 31, 61, 90, 301) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('login' as const), user }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('loginWith' as const), user, code: codeSource }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('verify' as const), token, code: codeSource }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('begin' as const), user, fresh }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('confirm' as const), user, token, code: codeSource }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('stepUp' as const), user, code: codeSource }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deactivate' as const), user, code: codeSource }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), user, phone: fc.nat(2), fresh }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('regenerate' as const), user, fresh }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('revoke' as const, 'reset' as const), user }) },
)
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

export const journeys = fc.record({ enrolled: fc.boolean(), acts: fc.array(act, { minLength: 1, maxLength: 12 }) })

const people: readonly User[] = [
  { id: 'alice', name: 'alice', stamp: '1' },
  { id: 'mallory', name: 'mallory', stamp: '1' },
]

/** A core, the model beside it, and what clients hold. */
class Play {
  nowMs = startMs
  readonly rows = memoryStorage()
  readonly mfa: Mfa = createMfa({
    secret,
    issuer: 'Acme',
    storage: this.rows,
    findUser: (id) => people.find((person) => person.id === id) ?? null,
    totp: { authenticators: mostAuthenticators, window },
    attempts: limits,
    now: () => this.nowMs,
  })
  readonly models = [new ModelUser(), new ModelUser()] as const
  readonly handedOut: string[][] = [[], []]
  readonly ephemeral: (ModelToken & { text: string })[] = []
  readonly activation: (ModelToken & { text: string })[] = []

  async act(what: Act): Promise<void> {
    if (what.do === 'wait') {
      this.nowMs += what.seconds * 1000
      return
    }
    const actor = what.do === 'verify' ? this.ephemeral.at(-1 - what.token)?.user : this.models[what.user as 0 | 1]
    const other = people[actor === this.models[0] ? 1 : 0] as User
    const before = await this.rows.get(other.id)
    const [expected, got] = await this.both(what)
    assert.deepEqual(await this.rows.get(other.id), before, 'what one user sends changed what is stored of another')
    assert.equal(got, expected, `${JSON.stringify(what)} came to ${got}, and the model says ${expected}`)
  }

  /** The model's verdict and the core's. */
  private async both(what: Exclude<Act, { do: 'wait' }>): Promise<[Verdict, string]> {
    const { mfa, nowMs } = this
    if (what.do === 'verify') {
      const held = this.ephemeral.at(-1 - what.token)
      if (held === undefined) return ['ok', 'ok']
      const code = this.code(what.code, held.user)
      return [this.verifyModel(held, code), await outcome(mfa.verify(held.text, { code }))]
    }
    const model = this.models[what.user as 0 | 1]
    const person = people[what.user] as User
    switch (what.do) {
      case 'login':
        return this.login(model, person)
      case 'loginWith': {
        const code = this.code(what.code, model)
        const expected = model.enabled ? model.prove(code, nowMs) : 'ok'
        return [expected, await outcome(mfa.challenge(person, { code }))]
      }
      case 'begin':
        return this.begin(model, person, what.fresh)
      case 'confirm':
        return this.confirm(model, person, what)
      case 'stepUp': {
        const code = this.code(what.code, model)
        return [model.prove(code, nowMs), await outcome(mfa.stepUp(person, { code }))]
      }
      case 'deactivate': {
        const code = this.code(what.code, model)
        const expected = model.prove(code, nowMs)
        if (expected === 'ok') model.phones.splice(0, model.phones.length - 1)
        if (expected === 'ok') model.removePhone(0)
        return [expected, await outcome(mfa.deactivate('totp', person, { code }))]
      }
      case 'remove':
        return this.remove(model, person, what)
      case 'regenerate':
        return this.regenerate(model, person, what.fresh)
      case 'revoke':
        model.epoch += 1
        return ['ok', await outcome(mfa.revokeTokens(person.id))]
      case 'reset':
        model.reset()
        return ['ok', await outcome(mfa.reset(person.id))]
    }
  }

  async login(model: ModelUser, person: User): Promise<[Verdict, string]> {
    const challenge = await this.mfa.challenge(person)
    assert.equal(challenge.kind, model.enabled ? 'challenge' : 'proof')
    const expiresMs = this.nowMs + 300_000
    if (challenge.kind === 'challenge') {
      const { ephemeralToken: text } = challenge
      this.ephemeral.push({ user: model, epoch: model.epoch, expiresMs, spent: false, text })
    }
    return ['ok', 'ok']
  }

  async begin(model: ModelUser, person: User, isFresh: boolean): Promise<[Verdict, string]> {
    const full = model.phones.length >= mostAuthenticators ? 'authenticator_limit' : 'ok'
    const expected = !model.enabled ? 'ok' : isFresh ? full : 'step_up_required'
    const began = this.mfa.begin('totp', person, { provedAt: isFresh ? this.nowMs : null })
    const got = await outcome(began)
    if (got !== 'ok') return [expected, got]
    const { totpUrl, activationToken } = await began
    const expiresMs = this.nowMs + 600_000
    const app = virtualAuthenticator(totpUrl)
    this.activation.push({ user: model, epoch: model.epoch, expiresMs, spent: false, text: activationToken, app })
    return [expected, got]
  }

  private async confirm(
    model: ModelUser,
    person: User,
    what: { token: number; code: CodeSource },
  ): Promise<[Verdict, string]> {
    const held = this.activation.at(-1 - what.token)
    if (held === undefined) return ['ok', 'ok']
    const { code: source } = what
    const own = source.of === 'phone' ? held.app?.codeAt(held.app.step(this.nowMs) + source.offset) : undefined
    const code = own ?? this.code(source, model)
    const wasEnabled = model.enabled
    const expected = model.confirm(held, code, this.nowMs)
    const confirmed = this.mfa.confirm('totp', person, { activationToken: held.text, code })
    const got = await outcome(confirmed)
    if (got === 'ok') this.handOut(model, wasEnabled ? null : (await confirmed).recoveryCodes)
    return [expected, got]
  }

  private async remove(
    model: ModelUser,
    person: User,
    what: { phone: number; fresh: boolean },
  ): Promise<[Verdict, string]> {
    const listed = await this.mfa.authenticators(person.id)
    const id = listed[what.phone]?.id ?? 'nobody'
    const there = what.phone < model.phones.length ? 'ok' : 'not_found'
    const expected = !model.enabled ? 'not_enabled' : what.fresh ? there : 'step_up_required'
    if (expected === 'ok') model.removePhone(what.phone)
    return [
      expected,
      await outcome(this.mfa.removeAuthenticator(person.id, id, { provedAt: what.fresh ? this.nowMs : null })),
    ]
  }

  private async regenerate(model: ModelUser, person: User, isFresh: boolean): Promise<[Verdict, string]> {
    const expected = !model.enabled ? 'not_enabled' : isFresh ? 'ok' : 'step_up_required'
    const made = this.mfa.regenerateRecoveryCodes(person.id, { provedAt: isFresh ? this.nowMs : null })
    const got = await outcome(made)
    if (got === 'ok') this.handOut(model, await made)
    return [expected, got]
  }

  /** The codes handed out last are the good ones (I5); null where none were handed out. */
  handOut(model: ModelUser, codes: readonly string[] | null): void {
    if (codes === null) return
    model.unused = new Set(codes)
    this.handedOut[this.models.indexOf(model)]?.unshift(...codes)
  }

  private verifyModel(held: ModelToken, code: string): Verdict {
    const { user: model } = held
    if (this.nowMs >= held.expiresMs || held.epoch !== model.epoch || held.spent) return 'invalid_token'
    const verdict = model.prove(code, this.nowMs)
    if (verdict === 'ok') held.spent = true
    return verdict
  }

  private code(source: CodeSource, model: ModelUser): string {
    const phone = model.phones[source.of === 'phone' ? source.phone : 0] ?? model.phones[0]
    if (source.of === 'phone') return phone?.app.codeAt(phone.app.step(this.nowMs) + source.offset) ?? '000000'
    if (source.of === 'recovery') return this.handedOut[this.models.indexOf(model)]?.[source.index] ?? 'zzzz-zzzz'
    if (source.of === 'wrong_recovery') return 'zzzz-zzzz'
    return source.of === 'wrong' ? (phone?.app.wrongCode(this.nowMs) ?? '000000') : '12345'
  }

  /** Nothing shows but what the model says, for both users. */
  async compare(): Promise<void> {
    for (const [index, model] of this.models.entries()) {
      const { id } = people[index] as User
      const { mfaEnabled, recoveryCodesRemaining } = await this.mfa.status(id)
      assert.deepEqual([mfaEnabled, recoveryCodesRemaining], [model.enabled, model.unused.size])
      const { codes } = await this.mfa.recoveryCodes(id, { provedAt: this.nowMs })
      assert.deepEqual(codes, [...model.unused])
      assert.equal((await this.mfa.authenticators(id)).length, model.phones.length)
      assert.equal(new Set(model.accepted).size, model.accepted.length, 'a proof was accepted twice')
    }
  }
}

async function outcome(operation: Promise<unknown>): Promise<string> {
  return operation.then(
    () => 'ok',
    (error: unknown) => {
      if (isMfaError(error)) return error.code
      throw error
    },
  )
}

/** Plays one journey; throws at the first act on which core and model differ. */
export async function play({ enrolled, acts }: { enrolled: boolean; acts: readonly Act[] }): Promise<void> {
  const scene = new Play()
  if (enrolled) {
    const [model] = scene.models
    await scene.act({ do: 'begin', user: 0, fresh: false })
    await scene.act({ do: 'confirm', user: 0, token: 0, code: { of: 'phone', phone: 0, offset: 0 } })
    assert.ok(model.enabled)
  }
  for (const what of acts) {
    await scene.act(what)
    await scene.compare()
  }
}
