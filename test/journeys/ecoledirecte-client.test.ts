/** The rule guarded here: a client that answers a login's questions from a cache goes on working, as its guide tells it. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { toldBy } from '../security/canaries.ts'
import { describeOn, pairedStacks } from '../security/stacks.ts'
import {
  automatically,
  interactively,
  type MfaRequiredError,
  withFallback,
  withManager,
  withRetry,
} from './ecoledirecte-client.ts'
import { cleanQcm, EncryptedQcm, loadQcm, MfaManager, mergeQcm, secureQcm, validateQcm, writeQcm } from './qcm-cache.ts'
import { city, enrolQuestions, level, offered, openAskingSchool, openSchool, right, typing, year } from './school.ts'

const signedIn = { name: 'alice', amr: ['pwd', 'kba'] }
const modeOf = (file: string) => statSync(file).mode & 0o777

describeOn(pairedStacks, (stack) => {
  describe('What is MFA in EcoleDirecte?', () => {
    test.each([city, level, year])('it asks %s, and the account holder knows', async (question) => {
      const { login } = await openAskingSchool(stack, [question])
      const { client, username, password } = login()
      const asked = await client.login(username, password).catch((error: unknown) => error)
      expect(asked).toMatchObject({ question, propositions: offered[question] })
      expect(await client.isSignedIn()).toBe(false)
      expect(await client.submitMfa(right[question] ?? '')).toEqual(signedIn)
      expect(await client.isSignedIn()).toBe(true)
    })

    test('it is an additional layer: without the password nothing is asked', async () => {
      const { login } = await openAskingSchool(stack)
      await expect(login().client.login('alice', 'wrong')).rejects.toThrow('invalid_credentials')
    })
  })

  describe('How MFA Works', () => {
    test('where it is not required, the login succeeds at once', async () => {
      const { login, file } = await openSchool(stack)
      expect(await automatically(login(), file('qcm.json'))).toEqual({ name: 'alice', amr: ['pwd'] })
    })

    test('the flow: no cache, a wrong choice, a right one, saved; from then on the cache answers', async () => {
      const { login, file } = await openAskingSchool(stack)
      const qcm = file('qcm.json')
      await expect(withFallback(login(), typing('0'), qcm)).rejects.toThrow('MFA required')
      expect(existsSync(qcm)).toBe(false)
      expect(await withFallback(login(), typing('1'), qcm)).toEqual(signedIn)
      expect(loadQcm(qcm)).toEqual({ [city]: ['PARIS'] })
      const terminal = typing()
      expect(await withFallback(login(), terminal, qcm)).toEqual(signedIn)
      expect(terminal.printed).toEqual(['Auto-submitting cached answer: PARIS'])
    })

    test('it is triggered on a new device, after clearing cookies and after inactivity, and not in between', async () => {
      const { login, file, browser, sessions } = await openAskingSchool(stack)
      const device = browser()
      const triggers = {
        newDevice: () => undefined,
        clearedCookies: () => device.cookies.clear(),
        inactivity: () => sessions.ids.map((id) => sessions.remove(id)),
      }
      for (const happen of Object.values(triggers)) {
        happen()
        const { client } = login(device)
        expect(await client.isSignedIn()).toBe(false)
        await expect(automatically(login(device), file('qcm.json'))).rejects.toThrow(`no cached answer for: ${city}`)
        expect(await interactively(login(device), typing('1'))).toEqual(signedIn)
        expect(await client.isSignedIn()).toBe(true)
      }
    })
  })

  describe('Interactive MFA', () => {
    test('it shows question and options, and asks until a number of one is typed', async () => {
      const { login } = await openAskingSchool(stack)
      const terminal = typing('Paris', '-1', '4', ' 1 ')
      expect(await interactively(login(), terminal)).toEqual(signedIn)
      const options = ['  0: LYON', '  1: PARIS', '  2: NANTES', '  3: LILLE']
      const again = Array(3).fill('Please enter a valid number')
      expect(terminal.printed).toEqual([`Question: ${city}`, ...options, ...again])
    })

    test('a wrong answer fails, and the client is closed', async () => {
      const { login } = await openAskingSchool(stack)
      const own = login()
      await expect(interactively(own, typing('0'))).rejects.toThrow('MFA required')
      expect(own.client.isClosed).toBe(true)
      expect(await own.client.isSignedIn()).toBe(false)
    })

    test('with retry: up to three attempts, by index or by the full text of the answer', async () => {
      const { login } = await openAskingSchool(stack)
      const terminal = typing('9', 'LYON', 'PARIS')
      expect(await withRetry(login(), terminal)).toEqual(signedIn)
      expect(terminal.printed.filter((line) => !line.startsWith('  '))).toEqual([
        ...['Attempt 1/3', `Question: ${city}`, 'Invalid option'],
        ...['Attempt 2/3', `Question: ${city}`, 'Incorrect answer.'],
        ...['Attempt 3/3', `Question: ${city}`],
      ])
    })

    test('max attempts reached: the client is closed, and the third answer was the last', async () => {
      const { login } = await openAskingSchool(stack)
      const own = login()
      await expect(withRetry(own, typing('0', '2', '3', '1'))).rejects.toThrow('Max attempts reached')
      expect(own.client.isClosed).toBe(true)
      expect(await own.client.isSignedIn()).toBe(false)
    })

    test('where there are more questions, the retry is asked another one', async () => {
      const { login } = await openAskingSchool(stack, [year, city, level])
      const terminal = typing('LYON', 'QUATRIEMES')
      expect(await withRetry(login(), terminal)).toEqual(signedIn)
      const questions = terminal.printed.filter((line) => line.startsWith('Question'))
      expect(questions).toEqual([`Question: ${city}`, `Question: ${level}`])
    })

    test('trying all options of all questions is no way in: the fifth wrong answer starts a wait', async () => {
      const { login, clock } = await openAskingSchool(stack)
      await expect(withRetry(login(), typing('0', '0', '0', '0', '0'), 5)).rejects.toThrow('Max attempts reached')
      await expect(withRetry(login(), typing('PARIS'))).rejects.toThrow('too_many_attempts')
      clock.advance(30)
      expect(await withRetry(login(), typing('PARIS'))).toEqual(signedIn)
    })
  })

  describe('Automated MFA', () => {
    test('qcm.json: questions by their exact text, with their answers, the most recent last', async () => {
      const { login, file } = await openAskingSchool(stack, [year, city, level])
      const qcm = file('qcm.json')
      writeFileSync(
        qcm,
        '{ "Quelle est votre ville de résidence ?": ["LYON", "PARIS"],' +
          ' "Quel est le niveau scolaire de <prénom> ?": ["QUATRIEMES"],' +
          ' "Quelle est votre année de naissance ?": ["1970"] }',
      )
      for (const _question of [city, level, year]) expect(await automatically(login(), qcm)).toEqual(signedIn)
    })

    test('auto-submit with fallback: a cached answer that is wrong now gives way to the user', async () => {
      const { login, file } = await openAskingSchool(stack)
      const qcm = file('qcm.json')
      writeQcm(qcm, { [city]: ['NANTES'] })
      const terminal = typing('1')
      expect(await withFallback(login(), terminal, qcm)).toEqual(signedIn)
      const options = ['  0: LYON', '  1: PARIS', '  2: NANTES (cached)', '  3: LILLE']
      expect(terminal.printed).toEqual(['Auto-submitting cached answer: NANTES', `Question: ${city}`, ...options])
      expect(loadQcm(qcm)).toEqual({ [city]: ['NANTES', 'PARIS'] })
      expect(await automatically(login(), qcm)).toEqual(signedIn)
    })

    test('an answer that is there already is not added again', async () => {
      const { login, file } = await openAskingSchool(stack)
      const qcm = file('qcm.json')
      writeQcm(qcm, { [city]: ['PARIS', 'LYON'] })
      expect(await withFallback(login(), typing('1'), qcm)).toEqual(signedIn)
      expect(loadQcm(qcm)).toEqual({ [city]: ['PARIS', 'LYON'] })
    })

    test('fully automated: fails where no answer is cached, and where the cached one is wrong', async () => {
      const { login, file } = await openAskingSchool(stack)
      const [empty, outdated] = [login(), login()]
      await expect(automatically(empty, file('qcm.json'))).rejects.toThrow(
        `MFA required but no cached answer for: ${city}`,
      )
      writeQcm(file('qcm.json'), { [city]: ['LILLE'] })
      await expect(automatically(outdated, file('qcm.json'))).rejects.toThrow('Auto-MFA failed')
      expect([empty.client.isClosed, outdated.client.isClosed]).toEqual([true, true])
      expect(await outdated.client.isSignedIn()).toBe(false)
    })
  })

  describe('MFA Cache Management', () => {
    test('merging: the caches of two clients, each of which knows a question, answer both', async () => {
      const { login, file } = await openAskingSchool(stack, [level, city])
      writeQcm(file('1.json'), { [city]: ['LYON'], [year]: ['1969'] })
      writeQcm(file('2.json'), { [city]: ['LYON', 'PARIS'], [level]: ['QUATRIEMES'] })
      mergeQcm(file('1.json'), file('2.json'), file('qcm_merged.json'))
      const merged = { [city]: ['LYON', 'PARIS'], [year]: ['1969'], [level]: ['QUATRIEMES'] }
      expect(loadQcm(file('qcm_merged.json'))).toEqual(merged)
      for (const _question of [city, level])
        expect(await automatically(login(), file('qcm_merged.json'))).toEqual(signedIn)
    })

    test('cleaning: drops duplicates and the empty, and what is left answers as before', async () => {
      const { login, file } = await openAskingSchool(stack)
      writeQcm(file('qcm.json'), { [city]: ['LYON', 'LYON', 'PARIS', 'PARIS'], [level]: [] })
      cleanQcm(file('qcm.json'))
      expect(loadQcm(file('qcm.json'))).toEqual({ [city]: ['LYON', 'PARIS'] })
      expect(await automatically(login(), file('qcm.json'))).toEqual(signedIn)
    })

    test.each([
      ['valid', JSON.stringify({ [city]: ['PARIS'] }), ['Cache valid: 1 questions'], true],
      ['empty answers', '{ "a": [] }', ['Warning: Empty answers for: a', 'Cache valid: 1 questions'], true],
      ['not a dictionary', '[]', ['Invalid format: not a dictionary'], false],
      ['answers that are no list', '{ "a": "PARIS" }', ['Invalid answers for question: a'], false],
      ['not JSON', '{ "a"', ['Invalid JSON'], false],
      ['no file', null, ['No cache file found'], false],
    ])('validating: %s', async (_, content, said, isValid) => {
      const { file } = await openSchool(stack)
      if (content !== null) writeFileSync(file('qcm.json'), content)
      expect(validateQcm(file('qcm.json'))).toEqual({ isValid, said })
    })
  })

  describe('Advanced Patterns', () => {
    test('MFA manager class: answers from its file, asks the user otherwise, and saves for its owner alone', async () => {
      const { login, file } = await openAskingSchool(stack, [year, city, level])
      const choose = ({ question }: MfaRequiredError) => right[question] ?? ''
      const nobody = () => expect.unreachable('the cache knows')
      for (const _question of [city, level, year])
        expect(await withManager(login(), new MfaManager(file('qcm.json')), choose)).toEqual(signedIn)
      expect(modeOf(file('qcm.json'))).toBe(0o600)
      for (const _question of [city, level, year])
        expect(await withManager(login(), new MfaManager(file('qcm.json')), nobody)).toEqual(signedIn)
    })

    test('MFA manager class: get, get all, add, remove, clear', async () => {
      const { file } = await openSchool(stack)
      const manager = new MfaManager(file('qcm.json'))
      expect([manager.answer(city), manager.answers(city)]).toEqual([null, []])
      manager.add(city, 'LYON')
      manager.add(city, 'PARIS')
      manager.add(level, 'SIXIEMES')
      expect([manager.answer(city), manager.answers(city)]).toEqual(['PARIS', ['LYON', 'PARIS']])
      manager.remove(level)
      expect(loadQcm(file('qcm.json'))).toEqual({ [city]: ['LYON', 'PARIS'] })
      manager.clear()
      expect(loadQcm(file('qcm.json'))).toEqual({})
    })
  })

  describe('Security Considerations', () => {
    test('file permissions: a cache that others may read is taken away from them, and still answers', async () => {
      const { login, file } = await openAskingSchool(stack)
      const qcm = file('qcm.json')
      expect(await withFallback(login(), typing('1'), qcm)).toEqual(signedIn)
      chmodSync(qcm, 0o644)
      expect([secureQcm(qcm), modeOf(qcm), secureQcm(qcm)]).toEqual([true, 0o600, false])
      expect(await automatically(login(), qcm)).toEqual(signedIn)
    })

    test('encryption: the file tells no answer, opens with its key alone, and answers', async () => {
      const { login, file } = await openAskingSchool(stack)
      const cache = new EncryptedQcm(file('qcm.json.enc'), file('.qcm.key'))
      expect(cache.load()).toEqual({})
      cache.save({ [city]: ['PARIS'] })
      expect(readFileSync(file('qcm.json.enc'), 'latin1')).not.toMatch(/PARIS|ville/)
      expect([modeOf(file('qcm.json.enc')), modeOf(file('.qcm.key'))]).toEqual([0o600, 0o600])
      expect(() => new EncryptedQcm(file('qcm.json.enc'), file('other.key')).load()).toThrow('unable to authenticate')
      const reopened = new EncryptedQcm(file('qcm.json.enc'), file('.qcm.key')).load()
      const own = login()
      await expect(own.client.login(own.username, own.password)).rejects.toThrow(city)
      expect(await own.client.submitMfa(reopened[city]?.at(-1) ?? '')).toEqual(signedIn)
    })

    test('monitor access: the app hears of each answer, and neither its events nor its rows tell any', async () => {
      const { login, events, open } = await openAskingSchool(stack)
      events.length = 0
      expect(await withRetry(login(), typing('LYON', 'PARIS'))).toEqual(signedIn)
      expect(events.filter(({ type }) => type === 'verify')).toMatchObject([
        { factor: 'question', userId: 'alice', result: 'failure', reason: 'wrong' },
        { factor: 'question', userId: 'alice', result: 'success' },
      ])
      const row = JSON.stringify(await open.storage.get('alice'))
      expect([...events.map(toldBy), row].join()).not.toMatch(/PARIS|résidence/)
    })

    test('an answer proves no more than the password: what takes a second factor stays shut', async () => {
      const { login, browser } = await openAskingSchool(stack)
      const device = browser()
      expect(await interactively(login(device), typing('1'))).toEqual(signedIn)
      expect((await device.get('/guarded/default')).json()).toMatchObject({ code: 'step_up_required' })
      expect((await device.get('/auth/mfa/recovery-codes')).json()).toMatchObject({ code: 'step_up_required' })
    })

    test('unless the app says that questions may stand alone, they take another factor beside them', async () => {
      const { alice, login } = await openSchool(stack, { onlyFactor: false })
      await alice.login(alice.browser)
      expect((await alice.browser.post('/auth/mfa/question/enroll', {})).status).toBe(409)
      await alice.enrol()
      await enrolQuestions(alice)
      const challenged = (await alice.login()).json()
      expect(challenged).toMatchObject({ methods: expect.arrayContaining(['totp', 'question']) })
      expect(await interactively(login(), typing('1'))).toEqual(signedIn)
      expect((await alice.signIn()).json()).toEqual({ name: 'alice', amr: ['pwd', 'otp', 'mfa'] })
    })
  })

  describe('Troubleshooting', () => {
    test.each([
      ['another case', { 'quelle est votre ville de résidence ?': ['PARIS'] }],
      ['no accents', { 'Quelle est votre ville de residence ?': ['PARIS'] }],
      ['an empty list of answers', { [city]: [] }],
    ])('cache not working: %s', async (_, qcm) => {
      const { login, file } = await openAskingSchool(stack)
      writeQcm(file('qcm.json'), qcm)
      await expect(automatically(login(), file('qcm.json'))).rejects.toThrow('no cached answer')
      expect(await withFallback(login(), typing('1'), file('qcm.json'))).toEqual(signedIn)
      expect(await automatically(login(), file('qcm.json'))).toEqual(signedIn)
    })

    test('cache not working: not JSON, or nothing that can be read', async () => {
      const { login, file } = await openAskingSchool(stack)
      writeFileSync(file('broken.json'), '{ "')
      mkdirSync(file('folder'))
      for (const name of ['broken.json', 'folder'])
        await expect(automatically(login(), file(name))).rejects.toThrow('no cached answer')
    })

    test('wrong answer cached: once it is removed, the user is asked and the right one is kept', async () => {
      const { login, file } = await openAskingSchool(stack)
      writeQcm(file('qcm.json'), { [city]: ['LILLE'] })
      await expect(automatically(login(), file('qcm.json'))).rejects.toThrow('Auto-MFA failed')
      new MfaManager(file('qcm.json')).remove(city)
      expect(await withFallback(login(), typing('1'), file('qcm.json'))).toEqual(signedIn)
      expect(loadQcm(file('qcm.json'))).toEqual({ [city]: ['PARIS'] })
    })

    test('MFA required every time: each login is asked, and a cache that lasts answers each', async () => {
      const { login, file } = await openAskingSchool(stack)
      expect(await withFallback(login(), typing('1'), file('lasting.json'))).toEqual(signedIn)
      for (const _time of [1, 2, 3]) {
        await expect(automatically(login(), file('lost.json'))).rejects.toThrow('MFA required')
        expect(await automatically(login(), file('lasting.json'))).toEqual(signedIn)
      }
    })
  })
})
