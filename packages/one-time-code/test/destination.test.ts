/** The rule guarded here: an address is one mailbox or one mobile phone, in one spelling, and is shown only in part. */
import { expect, test } from 'vitest'
import { mask, readAddress } from '../src/destination.ts'

test.each([
  ['alice@example.com', 'alice@example.com'],
  ['  alice@example.com ', 'alice@example.com'],
  ['Alice.B+tag@EXAMPLE.Com', 'Alice.B+tag@example.com'],
  ['alice@münchen.de', 'alice@xn--mnchen-3ya.de'],
  ['alice@MÜNCHEN.de', 'alice@xn--mnchen-3ya.de'],
  ["o'hara@example.co.uk", "o'hara@example.co.uk"],
])('the mail address %s is %s', (typed, to) => {
  expect(readAddress(typed)).toEqual({ channel: 'mail', to })
  expect(readAddress(to)).toEqual({ channel: 'mail', to })
  expect(readAddress(typed, 'mail')).toEqual({ channel: 'mail', to })
  expect(readAddress(typed, 'sms')).toBeNull()
})

test.each([
  ['+49 1512 3456789', '+4915123456789'],
  ['+49 (1512) 345-67.89', '+4915123456789'],
  ['+1 415 555 2671', '+14155552671'],
  ['+44 7911 123456', '+447911123456'],
])('the number %s is %s', (typed, to) => {
  expect(readAddress(typed)).toEqual({ channel: 'sms', to })
  expect(readAddress(to, 'sms')).toEqual({ channel: 'sms', to })
  expect(readAddress(typed, 'mail')).toBeNull()
})

test.each([
  '',
  'alice',
  '@example.com',
  'alice@',
  'alice@localhost',
  'alice@127.0.0.1',
  'alice@0x7f.1',
  'alice@[127.0.0.1]',
  'alice@example.com.',
  'alice@example..com',
  'alice@exa_mple.com',
  'alice@-example.com',
  'alice@example.com/path',
  'alice@b%2eco',
  'alice@example.com:25',
  'al..ice@example.com',
  '"alice b"@example.com',
  'al ice@example.com',
  'älice@example.com',
  'Alice <alice@example.com>',
  '<alice@example.com>',
  'alice@example.com, mallory@example.com',
  'alice@example.com;mallory@example.com',
  'alice@mallory@example.com',
  'alice@example.com\n',
  'alice@example.com\r\nBcc: mallory@example.com',
  '\u0000alice@example.com',
  'alice@example\u200b.com\u0007',
  'alice@\u202eexample.com',
  `${'a'.repeat(65)}@example.com`,
  `alice@${'a'.repeat(64)}.com`,
  `alice@${'abc.'.repeat(70)}com`,
])('%j is no mail address', (typed) => {
  expect(readAddress(typed)).toBeNull()
  expect(readAddress(typed, 'mail')).toBeNull()
})

test.each([
  ['national', '01512 3456789'],
  ['with 00', '004915123456789'],
  ['too short', '+491512'],
  ['too long', '+491512345678901234'],
  ['of no country', '+99915123456789'],
  ['a landline', '+49 30 901820'],
  ['premium rate', '+1 900 555 1234'],
  ['toll free', '+1 800 555 1234'],
  ['with an extension', '+14155552671 ext. 5'],
  ['with a parameter', '+14155552671;ext=5'],
  ['an address of another kind', 'tel:+14155552671'],
  ['in words', '+1 415 555 CODE'],
  ['in other digits', '+４９15123456789'],
  ['two of them', '+14155552671 +14155552672'],
  ['with a line break', '+14155552671\n'],
])('a number %s is none: %j', (_, typed) => {
  expect(readAddress(typed)).toBeNull()
  expect(readAddress(typed, 'sms')).toBeNull()
})

test.each([
  ['alice@example.com', 'a•••@e•••.com'],
  ['a@b.co', 'a•••@b•••.co'],
  ['alice@mail.example.co.uk', 'a•••@m•••.uk'],
  ['alice@münchen.de', 'a•••@x•••.de'],
  ['+49 1512 3456789', '+49 ••• ••89'],
  ['+1 415 555 2671', '+1 ••• ••71'],
])('%s is shown as %s', (typed, shown) => {
  expect(mask(readAddress(typed) as NonNullable<ReturnType<typeof readAddress>>)).toBe(shown)
})
