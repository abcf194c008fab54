/** The rule guarded here: a client that answers a login's questions from a cache goes on working, as its guide tells it. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type Client, MfaRequiredError, type Notice } from '@latchkey/client'
import { answerCache, createKeyFile } from '@latchkey/client/node'
import { describe, expect, test } from 'vitest'
import { memoryTokens } from '../../packages/client/src/session/memory-tokens.ts'
import { toldBy } from '../security/canaries.ts'
import { describeOn, pairedStacks } from '../security/stacks.ts'
import {
  asking,
  city,
  enrollQuestions,
  level,
  offered,
  openAskingSchool,
  openSchool,
  right,
  typing,
  year,
} from './school.ts'

const signedIn = { name: 'alice', amr: ['pwd', 'kba'] }
const modeOf = (file: string) => statSync(file).mode & 0o777
const write = (file: string, answers: object) => writeFileSync(file, JSON.stringify(answers, null, 2), { mode: 0o600 })
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as unknown

async function isSignedIn(client: Client): Promise<boolean> {
  const status = await client.fetch('/auth/mfa/status')
  return status.status === 200
}

describeOn(pairedStacks, (stack) => {
  /** The school, and a login of alice that comes to what the app answers. */
  async function open(asks?: readonly string[]) {
    const school = await openAskingSchool(stack, asks)
    const { client, credentials } = school
    const login = async (...[options]: Parameters<typeof client>) => (await client(options).login(credentials)).answer
    /** By the cache, with somebody at the keyboard where it does not help. */
    const withFallback = (terminal: ReturnType<typeof typing>, file: string) => {
      const answers = answerCache(file)
      const onNotice = ({ type }: Notice) => terminal.print(type)
      return login({ answers, prompt: asking(terminal, answers), onNotice })
    }
    const automatically = (file: string) => login({ answers: answerCache(file) })
    return { ...school, login, withFallback, automatically }
  }

  describe('What is MFA in EcoleDirecte?', () => {
    test.each([city, level, year])('it asks %s, and the account holder knows', async (question) => {
      const { client, credentials } = await open([question])
      const own = client()
      const asked: unknown = await own.login(credentials).catch((error: unknown) => error)
      expect(asked).toBeInstanceOf(MfaRequiredError)
      expect(asked).toMatchObject({ code: 'mfa_required', question, propositions: offered[question] })
      expect(await isSignedIn(own)).toBe(false)
      expect((await own.submit(right[question] ?? '')).answer).toEqual(signedIn)
      expect(await isSignedIn(own)).toBe(true)
    })

    test('it is an additional layer: without the password nothing is asked', async () => {
      const { client } = await open()
      const login = client().login({ username: 'alice', password: 'wrong' })
      await expect(login).rejects.toMatchObject({ code: 'invalid_credentials' })
    })
  })

  describe('How MFA Works', () => {
    test('where it is not required, the login succeeds at once', async () => {
      const { client, credentials, file } = await openSchool(stack)
      const { answer } = await client({ answers: answerCache(file('qcm.json')) }).login(credentials)
      expect(answer).toEqual({ name: 'alice', amr: ['pwd'] })
    })

    test('the flow: no cache, a wrong choice, a right one, saved; from then on the cache answers', async () => {
      const { withFallback, file } = await open()
      const qcm = file('qcm.json')
      await expect(withFallback(typing('0'), qcm)).rejects.toThrow('nobody types any more')
      expect(existsSync(qcm)).toBe(false)
      expect(await withFallback(typing('0', '1'), qcm)).toEqual(signedIn)
      expect(read(qcm)).toEqual({ [city]: ['PARIS'] })
      const terminal = typing()
      expect(await withFallback(terminal, qcm)).toEqual(signedIn)
      expect(terminal.printed).toEqual([])
    })

    test('it is triggered on a new device, after clearing cookies and after inactivity, and not in between', async () => {
      const { client, credentials, sessions } = await open()
      const device = memoryTokens()
      const triggers = {
        newDevice: () => undefined,
        clearedCookies: () => device.set(null),
        inactivity: () => sessions.ids.map((id) => sessions.remove(id)),
      }
      for (const happen of Object.values(triggers)) {
        await happen()
        const own = client({ tokenStorage: device })
        expect(await isSignedIn(own)).toBe(false)
        await expect(own.login(credentials)).rejects.toMatchObject({ code: 'mfa_required', question: city })
        await client({ tokenStorage: device, prompt: asking(typing('1')) }).login(credentials)
        expect(await isSignedIn(client({ tokenStorage: device }))).toBe(true)
      }
    })
  })

  describe('Interactive MFA', () => {
    test('it shows question and options, and asks until a number of one is typed', async () => {
      const { login } = await open()
      const terminal = typing('Paris', '-1', '4', ' 1 ')
      expect(await login({ prompt: asking(terminal) })).toEqual(signedIn)
      const options = ['  0: LYON', '  1: PARIS', '  2: NANTES', '  3: LILLE']
      const again = Array(3).fill('Please enter a valid number')
      expect(terminal.printed).toEqual([`Question: ${city}`, ...options, ...again])
    })

    test('a wrong answer fails where there is one try, says what is asked now, and signs nobody in', async () => {
      const { client, credentials } = await open()
      const own = client({ prompt: asking(typing('0')), maxAttempts: 1 })
      await expect(own.login(credentials)).rejects.toMatchObject({ code: 'invalid_code', question: city })
      expect(await isSignedIn(own)).toBe(false)
    })

    test('with retry: up to three attempts, by index or by the full text of the answer', async () => {
      const { login } = await open()
      const terminal = typing('9', 'LYON', '2', 'PARIS')
      expect(await login({ prompt: asking(terminal) })).toEqual(signedIn)
      const asked = `Question: ${city}`
      expect(terminal.printed.filter((line) => !line.startsWith('  '))).toEqual([
        ...[asked, 'Please enter a valid number'],
        ...[asked, asked],
      ])
    })

    test('with retry: each is told how many are left', async () => {
      const { login } = await open()
      const said: unknown[] = []
      const choices = ['LYON', 'PARIS']
      const prompt = ({ attemptsLeft, refused }: { attemptsLeft: number; refused: boolean }) => {
        said.push([attemptsLeft, refused])
        return { answer: choices.shift() ?? '' }
      }
      expect(await login({ prompt })).toEqual(signedIn)
      expect(said).toEqual([
        [3, false],
        [2, true],
      ])
    })

    test('max attempts reached: nobody is signed in, and the third answer was the last', async () => {
      const { client, credentials } = await open()
      const own = client({ prompt: asking(typing('0', '2', '3', '1')) })
      await expect(own.login(credentials)).rejects.toMatchObject({ code: 'invalid_code' })
      expect(await isSignedIn(own)).toBe(false)
    })

    test('where there are more questions, the retry is asked another one', async () => {
      const { login } = await open([year, city, level])
      const terminal = typing('LYON', 'QUATRIEMES')
      expect(await login({ prompt: asking(terminal) })).toEqual(signedIn)
      const questions = terminal.printed.filter((line) => line.startsWith('Question'))
      expect(questions).toEqual([`Question: ${city}`, `Question: ${level}`])
    })

    test('trying all options of all questions is no way in: the fifth wrong answer starts a wait', async () => {
      const { login, clock } = await open()
      const guessing = login({ prompt: asking(typing('0', '0', '0', '0', '0')), maxAttempts: 5 })
      await expect(guessing).rejects.toMatchObject({ code: 'invalid_code', attemptsRemaining: 0 })
      const early = login({ prompt: asking(typing('PARIS')) })
      await expect(early).rejects.toMatchObject({ code: 'too_many_attempts', retryAfterSeconds: 30 })
      clock.advance(30)
      expect(await login({ prompt: asking(typing('PARIS')) })).toEqual(signedIn)
    })
  })

  describe('Automated MFA', () => {
    test('qcm.json: questions by their exact text, with their answers, the most recent last', async () => {
      const { automatically, file } = await open([year, city, level])
      const qcm = file('qcm.json')
      writeFileSync(
        qcm,
        '{ "Quelle est votre ville de résidence ?": ["LYON", "PARIS"],' +
          ' "Quel est le niveau scolaire de <prénom> ?": ["QUATRIEMES"],' +
          ' "Quelle est votre année de naissance ?": ["1970"] }',
      )
      for (const _question of [city, level, year]) expect(await automatically(qcm)).toEqual(signedIn)
    })

    test('auto-submit with fallback: a cached answer that is wrong now gives way to the user', async () => {
      const { withFallback, automatically, file } = await open()
      const qcm = file('qcm.json')
      write(qcm, { [city]: ['NANTES'] })
      const terminal = typing('1')
      expect(await withFallback(terminal, qcm)).toEqual(signedIn)
      const options = ['  0: LYON', '  1: PARIS', '  2: NANTES (cached)', '  3: LILLE']
      expect(terminal.printed).toEqual(['refused', `Question: ${city}`, ...options])
      expect(read(qcm)).toEqual({ [city]: ['NANTES', 'PARIS'] })
      expect(await automatically(qcm)).toEqual(signedIn)
    })

    test('an answer that is there already is not added again, and is the latest from then on', async () => {
      const { withFallback, automatically, file } = await open()
      const qcm = file('qcm.json')
      write(qcm, { [city]: ['PARIS', 'LYON'] })
      expect(await withFallback(typing('1'), qcm)).toEqual(signedIn)
      expect(read(qcm)).toEqual({ [city]: ['LYON', 'PARIS'] })
      expect(await automatically(qcm)).toEqual(signedIn)
    })

    test('fully automated: fails where no answer is cached, and where the cached one is wrong', async () => {
      const { client, credentials, file } = await open()
      const own = client({ answers: answerCache(file('qcm.json')) })
      await expect(own.login(credentials)).rejects.toMatchObject({ code: 'mfa_required', question: city })
      write(file('qcm.json'), { [city]: ['LILLE'] })
      await expect(own.login(credentials)).rejects.toMatchObject({ code: 'invalid_code', attemptsRemaining: 4 })
      expect(await isSignedIn(own)).toBe(false)
    })
  })

  describe('MFA Cache Management', () => {
    test('merging: the caches of two clients, each of which knows a question, answer both', async () => {
      const { automatically, file } = await open([level, city])
      write(file('1.json'), { [city]: ['LYON'], [year]: ['1969'] })
      write(file('2.json'), { [city]: ['LYON', 'PARIS'], [level]: ['QUATRIEMES'] })
      const merged = answerCache(file('qcm_merged.json'))
      expect(await merged.merge(file('1.json'))).toEqual({ questions: 2, answers: 2 })
      expect(await merged.merge(file('2.json'))).toEqual({ questions: 1, answers: 2 })
      expect(read(file('qcm_merged.json'))).toEqual({
        ...{ [city]: ['LYON', 'PARIS'], [year]: ['1969'], [level]: ['QUATRIEMES'] },
      })
      for (const _question of [city, level]) expect(await automatically(file('qcm_merged.json'))).toEqual(signedIn)
    })

    test('cleaning: drops duplicates and the empty, and what is left answers as before', async () => {
      const { automatically, file } = await open()
      write(file('qcm.json'), { [city]: ['LYON', 'LYON', 'PARIS', 'PARIS'], [level]: [] })
      const went = await answerCache(file('qcm.json')).clean()
      expect(went).toEqual({ questions: 1, duplicates: 2, empty: 0 })
      expect(read(file('qcm.json'))).toEqual({ [city]: ['LYON', 'PARIS'] })
      expect(await automatically(file('qcm.json'))).toEqual(signedIn)
    })

    test.each([
      ['valid', JSON.stringify({ [city]: ['PARIS'] }), { ok: true, questions: 1, warnings: [] }],
      ['empty answers', '{ "a": [] }', { ok: true, warnings: [{ question: 'a', warning: 'empty_list' }] }],
      ['not a dictionary', '[]', { ok: false, faults: [{ question: null, fault: 'not_an_object' }] }],
      [
        'answers that are no list',
        '{ "a": "P" }',
        { ok: false, faults: [{ question: 'a', fault: 'answers_not_a_list' }] },
      ],
      ['not JSON', '{ "a"', { ok: false, faults: [{ question: null, fault: 'not_json' }] }],
      ['no file', null, { ok: true, exists: false, questions: 0 }],
    ])('validating: %s', async (_, content, report) => {
      const { file } = await openSchool(stack)
      if (content !== null) writeFileSync(file('qcm.json'), content, { mode: 0o600 })
      expect(await answerCache(file('qcm.json')).validate()).toMatchObject(report)
    })
  })

  describe('Advanced Patterns', () => {
    test('MFA manager class: answers from its file, asks the user otherwise, and saves for its owner alone', async () => {
      const { login, file } = await open([year, city, level])
      const answers = () => answerCache(file('qcm.json'))
      const prompt = ({ question }: { question: string | null }) => ({ answer: right[question ?? ''] ?? '' })
      const nobody = () => expect.unreachable('the cache knows')
      for (const _question of [city, level, year]) expect(await login({ answers: answers(), prompt })).toEqual(signedIn)
      expect(modeOf(file('qcm.json'))).toBe(0o600)
      for (const _question of [city, level, year])
        expect(await login({ answers: answers(), prompt: nobody })).toEqual(signedIn)
    })

    test('MFA manager class: get, get all, add, remove, clear', async () => {
      const { file } = await openSchool(stack)
      const cache = answerCache(file('qcm.json'))
      expect([await cache.get(city), await cache.getAll(city)]).toEqual([null, []])
      await cache.add(city, 'LYON')
      await cache.add(city, 'PARIS')
      await cache.add(level, 'SIXIEMES')
      expect([await cache.get(city), await cache.getAll(city)]).toEqual(['PARIS', ['LYON', 'PARIS']])
      expect(await cache.remove(level)).toBe(true)
      expect(read(file('qcm.json'))).toEqual({ [city]: ['LYON', 'PARIS'] })
      await cache.clear()
      expect(read(file('qcm.json'))).toEqual({})
    })
  })

  describe('Security Considerations', () => {
    test('file permissions: a cache that others may read is taken away from them, and still answers', async () => {
      const { login, withFallback, file } = await open()
      const qcm = file('qcm.json')
      expect(await withFallback(typing('1'), qcm)).toEqual(signedIn)
      chmodSync(qcm, 0o644)
      const notices: Notice[] = []
      const answers = answerCache(qcm, { onNotice: (notice) => notices.push(notice) })
      expect(await login({ answers })).toEqual(signedIn)
      expect(notices).toEqual([{ type: 'mode_repaired', file: qcm }])
      expect(modeOf(qcm)).toBe(0o600)
    })

    test('encryption: the file tells no answer, opens with its key alone, and answers', async () => {
      const { login, file } = await open()
      const [qcm, keyFile] = [file('qcm.json.enc'), file('.qcm.key')]
      await createKeyFile(keyFile)
      await createKeyFile(file('other.key'))
      const answers = answerCache(qcm, { keyFile })
      expect(await answers.entries()).toEqual([])
      expect(await login({ answers, prompt: asking(typing('1')) })).toEqual(signedIn)
      expect(readFileSync(qcm, 'latin1')).not.toMatch(/PARIS|ville/)
      expect([modeOf(qcm), modeOf(keyFile)]).toEqual([0o600, 0o600])
      for (const key of [{ keyFile: file('other.key') }, {}])
        await expect(answerCache(qcm, key).get(city)).rejects.toMatchObject({ code: 'invalid_file' })
      expect(await login({ answers: answerCache(qcm, { keyFile }) })).toEqual(signedIn)
    })

    test('monitor access: the app hears of each answer, and neither its events nor its rows tell any', async () => {
      const { login, events, open: opened } = await open()
      events.length = 0
      expect(await login({ prompt: asking(typing('LYON', 'PARIS')) })).toEqual(signedIn)
      expect(events.filter(({ type }) => type === 'verify')).toMatchObject([
        { factor: 'question', userId: 'alice', result: 'failure', reason: 'wrong' },
        { factor: 'question', userId: 'alice', result: 'success' },
      ])
      const row = JSON.stringify(await opened.storage.get('alice'))
      expect([...events.map(toldBy), row].join()).not.toMatch(/PARIS|résidence/)
    })

    test('an answer proves no more than the password: what takes a second factor stays shut', async () => {
      const { client, credentials } = await open()
      const own = client({ prompt: asking(typing('1')) })
      expect((await own.login(credentials)).answer).toEqual(signedIn)
      // A recovery code would do, and no answer.
      expect(await (await own.fetch('/guarded/default')).json()).toMatchObject({ code: 'step_up_required' })
      await expect(own.recoveryCodes()).rejects.toMatchObject({ code: 'step_up_required' })
    })

    test('unless the app says that questions may stand alone, they take another factor beside them', async () => {
      const { alice, client, credentials } = await openSchool(stack, { onlyFactor: false })
      const own = client()
      await own.login(credentials)
      await expect(own.setup('question')).rejects.toMatchObject({ status: 409 })
      await alice.enroll()
      await enrollQuestions(alice)
      const challenged: unknown = await own.login(credentials).catch((error: unknown) => error)
      expect(challenged).toMatchObject({ methods: expect.arrayContaining(['totp', 'question']) })
      const byQuestion = client({ prompt: asking(typing('1')), preferred: ['question'] })
      expect((await byQuestion.login(credentials)).answer).toEqual(signedIn)
      expect((await alice.signIn()).json()).toEqual({ name: 'alice', amr: ['pwd', 'otp', 'mfa'] })
    })
  })

  describe('Troubleshooting', () => {
    test.each([
      ['another case', { 'quelle est votre ville de résidence ?': ['PARIS'] }],
      ['no accents', { 'Quelle est votre ville de residence ?': ['PARIS'] }],
      ['an empty list of answers', { [city]: [] }],
    ])('cache not working: %s', async (_, qcm) => {
      const { withFallback, automatically, file } = await open()
      write(file('qcm.json'), qcm)
      await expect(automatically(file('qcm.json'))).rejects.toMatchObject({ code: 'mfa_required', question: city })
      expect(await withFallback(typing('1'), file('qcm.json'))).toEqual(signedIn)
      expect(await automatically(file('qcm.json'))).toEqual(signedIn)
    })

    test('cache not working: not JSON, or nothing that can be read; that is said, and nothing is overwritten', async () => {
      const { withFallback, automatically, file } = await open()
      writeFileSync(file('broken.json'), '{ "', { mode: 0o600 })
      mkdirSync(file('folder'))
      for (const name of ['broken.json', 'folder']) {
        await expect(automatically(file(name))).rejects.toMatchObject({ code: 'invalid_file' })
        await expect(withFallback(typing('1'), file(name))).rejects.toMatchObject({ code: 'invalid_file' })
      }
      expect(readFileSync(file('broken.json'), 'utf8')).toBe('{ "')
    })

    test('wrong answer cached: once it is removed, the user is asked and the right one is kept', async () => {
      const { withFallback, automatically, file } = await open()
      write(file('qcm.json'), { [city]: ['LILLE'] })
      await expect(automatically(file('qcm.json'))).rejects.toMatchObject({ code: 'invalid_code' })
      await answerCache(file('qcm.json')).remove(city)
      expect(await withFallback(typing('1'), file('qcm.json'))).toEqual(signedIn)
      expect(read(file('qcm.json'))).toEqual({ [city]: ['PARIS'] })
    })

    test('MFA required every time: each login is asked, and a cache that lasts answers each', async () => {
      const { withFallback, automatically, file } = await open()
      expect(await withFallback(typing('1'), file('lasting.json'))).toEqual(signedIn)
      for (const _time of [1, 2, 3]) {
        await expect(automatically(file('lost.json'))).rejects.toMatchObject({ code: 'mfa_required' })
        expect(await automatically(file('lasting.json'))).toEqual(signedIn)
      }
    })
  })
})
