/** The threat here: a secret typed as an argument is accepted, or repeated in an error that ends up in a log. */
import { expect, test } from 'vitest'
import type { Options } from '../../../src/command/arguments/option.ts'
import { readArguments } from '../../../src/command/arguments/read.ts'
import { UsageError } from '../../../src/command/failures.ts'

const options: Options = {
  'secret-env': { value: 'NAME', help: '' },
  prefer: { value: 'METHOD', help: '', multiple: true },
  watch: { value: null, help: '' },
  help: { value: null, short: 'h', help: '' },
}

function refusal(...argv: readonly string[]): string {
  try {
    readArguments(argv, options)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

test('values, repeated values, flags and words are told apart', () => {
  const given = readArguments(
    ['a', '--secret-env', 'X', '--prefer=b', '-h', '--prefer', 'c', '-', '--', '--d'],
    options,
  )
  expect([given.get('secret-env'), given.all('prefer'), given.has('help'), given.has('watch')]).toEqual([
    'X',
    ['b', 'c'],
    true,
    false,
  ])
  expect(given.positionals).toEqual(['a', '-', '--d'])
  expect([given.get('prefer'), given.get('watch'), given.all('watch')]).toEqual(['b', null, []])
})

test('a mistyped option is reported with the nearest one, on one line', () => {
  const known = '(known: --secret-env, --prefer, --watch, --help)'
  expect(refusal('--wtach')).toBe(`unknown option "--wtach" ${known}: did you mean --watch?`)
  expect(refusal('--zzzzzzzz')).toBe(`unknown option "--zzzzzzzz" ${known}`)
  for (const argv of ['--wtach', '--zzzzzzzz', '-x']) expect(refusal(argv)).not.toContain('\n')
})

test.each([[['--watch=yes']], [['--secret-env']], [['--secret-env=']], [['--secret-env', '--watch']]])(
  '%o has a value that it must not have, or lacks one',
  (argv) => {
    expect(refusal(...argv)).toMatch(/takes no value|needs a value/)
  },
)

test('an option that may not be repeated is refused the second time', () => {
  expect(refusal('--secret-env', 'A', '--secret-env', 'B')).toContain('twice')
})

test.each(['--secret', '--password', '--code', '--passphrase', '--token', '--answer'])(
  '%s is refused with the reason, and what was typed is not repeated',
  (name) => {
    for (const argv of [[`${name}=JBSWY3DPEHPK3PXP`], [name, 'JBSWY3DPEHPK3PXP']]) {
      const message = refusal(...argv)
      expect(message).toContain('process lists')
      expect(message).not.toContain('JBSWY3DP')
    }
  },
)

test('what is no plain word is not repeated', () => {
  expect(refusal('--JBSWY3DPEHPK3PXP')).not.toContain('JBSWY3DP')
  expect(refusal('--\u001b[31mred')).not.toContain('\u001b')
})
