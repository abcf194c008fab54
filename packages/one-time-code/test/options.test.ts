/** The rule guarded here: a bad option fails at once, with a TypeError that names it. */
import { expect, test } from 'vitest'
import { nodemailerDelivery, oneTimeCode } from '../src/index.ts'
import { readSettings } from '../src/options.ts'

const deliver = () => undefined
const right = { deliver, host: 'app.example' }

test('the defaults', () => {
  expect(readSettings(right)).toMatchObject({
    ...right,
    ...{ digits: 6, codeSeconds: 300, authenticators: 3, pauseSeconds: 60, deliverTimeoutSeconds: 10 },
    ...{ limits: { tenMinutes: 3, day: 10 }, channels: ['mail', 'sms'] },
  })
  expect(readSettings({ ...right, digits: undefined, limits: { day: 5 } })).toMatchObject({
    digits: 6,
    limits: { tenMinutes: 3, day: 5 },
  })
})

test.each([
  ['options must', null],
  ['options.deliver ', { host: 'app.example' }],
  ['options.deliver ', { ...right, deliver: 'mail' }],
  ['options.host ', { deliver }],
  ['options.host ', { deliver, host: 'https://app.example' }],
  ['options.host ', { deliver, host: 'app.example:443' }],
  ['options.host ', { deliver, host: 'App.Example' }],
  ['options.host ', { deliver, host: 'app.example #000000' }],
  ['options.host ', { deliver, host: 'app..example' }],
  ['options.host ', { deliver, host: '' }],
  ['options.digits ', { ...right, digits: 5 }],
  ['options.digits ', { ...right, digits: 9 }],
  ['options.digits ', { ...right, digits: '6' }],
  ['options.codeSeconds ', { ...right, codeSeconds: 601 }],
  ['options.codeSeconds ', { ...right, codeSeconds: 59 }],
  ['options.authenticators ', { ...right, authenticators: 0 }],
  ['options.pauseSeconds ', { ...right, pauseSeconds: 0 }],
  ['options.limits ', { ...right, limits: 3 }],
  ['options.limits: unknown option "week" (known: tenMinutes, day)', { ...right, limits: { week: 20 } }],
  ['options.limits.tenMinutes ', { ...right, limits: { tenMinutes: 0 } }],
  ['options.limits.day ', { ...right, limits: { tenMinutes: 4, day: 3 } }],
  ['options.deliverTimeoutSeconds ', { ...right, deliverTimeoutSeconds: 0 }],
  ['options.deliverTimeoutSeconds ', { ...right, deliverTimeoutSeconds: 61 }],
  ['options.deliverTimeoutSeconds ', { ...right, deliverTimeoutSeconds: Number.NaN }],
  ['options.allowDestination ', { ...right, allowDestination: true }],
  ['options.channels ', { ...right, channels: [] }],
  ['options.channels ', { ...right, channels: 'mail' }],
  ['options.channels ', { ...right, channels: ['pigeon'] }],
  ['options: unknown option "origin" (known: deliver, host, ', { ...right, origin: 'app.example' }],
])('%s is named: %j', (name, options) => {
  const make = () => oneTimeCode(options as never)
  expect(make).toThrow(TypeError)
  expect(make).toThrow(name)
})

const transport = { sendMail: async () => undefined }

test.each([
  ['transport ', null, { from: 'a@b.co' }],
  ['transport ', {}, { from: 'a@b.co' }],
  ['options.from ', transport, { from: '' }],
  ['options.from ', transport, {}],
  ['options.subject ', transport, { from: 'a@b.co', subject: 1 }],
])('nodemailerDelivery names %s', (name, by, options) => {
  const make = () => nodemailerDelivery(by as never, options as never)
  expect(make).toThrow(TypeError)
  expect(make).toThrow(name)
})
