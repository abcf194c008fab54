/** The rule guarded here: a mail reaches the one mailbox it is for, over SMTP as it is spoken, with nothing added to it. */
import type { AddressInfo } from 'node:net'
import { createTransport } from 'nodemailer'
import { SMTPServer } from 'smtp-server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodemailerDelivery } from '../src/index.ts'
import { createWorld } from './world.ts'

interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
}

let mails: Mail[]
let server: SMTPServer
let refuses: boolean

beforeEach(async () => {
  mails = []
  refuses = false
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      done(refuses ? Object.assign(new Error(`no mailbox ${address}`), { responseCode: 550 }) : null)
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(chunks).toString() })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
})

afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())))

function delivery(subject?: string) {
  const { port } = server.server.address() as AddressInfo
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true })
  return nodemailerDelivery(transport, { from: 'Acme <no-reply@acme.example>', subject })
}

test('an address is proven by a mail that came by SMTP', async () => {
  const world = createWorld({ deliver: delivery('Your code for Acme') })
  const { json } = await world.browser.post('/mfa/one-time-code/enroll', { to: 'alice@example.com' })
  const [mail] = mails
  expect(mail).toMatchObject({ from: 'no-reply@acme.example', to: ['alice@example.com'] })
  const [head = '', body = ''] = mail?.text.split('\r\n\r\n', 2) ?? []
  expect(head).toMatch(/^From: Acme <no-reply@acme\.example>$/m)
  expect(head).toMatch(/^To: alice@example\.com$/m)
  expect(head).toMatch(/^Subject: Your code for Acme$/m)
  expect(head).toMatch(/^Auto-Submitted: auto-generated$/m)
  const [, code = ''] = /^(\d{6}) is your code for Acme\./.exec(body) ?? []
  expect(mail?.text.trimEnd().endsWith(`\r\n\r\n@app.example #${code}`)).toBe(true)
  const confirmed = await world.browser.post('/mfa/one-time-code/confirm', {
    activation_token: json['activation_token'],
    code,
  })
  expect(confirmed.status).toBe(200)
})

test('a mailbox that the server does not know is a delivery that failed, and says so without the address', async () => {
  const world = createWorld({ deliver: delivery() })
  refuses = true
  const answer = await world.browser.post('/mfa/one-time-code/enroll', { to: 'alice@example.com' })
  expect(answer).toMatchObject({ status: 503, json: { code: 'delivery_failed' } })
  const { error } = world.events.at(-1) as { error: Error }
  expect(error.message).toContain('no mailbox •••')
  expect(mails).toEqual([])
})

test('it sends no SMS', async () => {
  const world = createWorld({ deliver: delivery() })
  const answer = await world.browser.post('/mfa/one-time-code/enroll', { to: '+14155552671' })
  expect(answer.json).toMatchObject({ code: 'delivery_failed' })
  expect(mails).toEqual([])
})
