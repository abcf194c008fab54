const factor = 'one-time-code/src/one-time-code.ts'
const state = 'one-time-code/src/state.ts'
const enrollment = 'one-time-code/src/enrollment.ts'
const route = 'one-time-code/src/send-route.ts'

/**
 * A bug of one change, which the named test must notice.
 * @param {string} name
 * @param {string} test
 * @param {readonly [file: string, search: string, replace: string]} change
 * @returns {import('../bug.d.ts').PlantedBug}
 */
function bug(name, test, [file, search, replace]) {
  return { name, test, threats: ['one-time-code'], changes: [{ file, search, replace }] }
}

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const oneTimeCodes = [
  bug('a sent code is good once more', 'a code twice', [
    factor,
    'authenticatorId, state: withoutCode(state)',
    'authenticatorId, state',
  ]),
  bug('a sent code answers any challenge', 'another challenge', [factor, ' || sent.tokenId !== asked.tokenId', '']),
  bug('a sent code serves any purpose', 'another purpose', [factor, ' || sent.purpose !== asked.purpose', '']),
  bug('a sent code lives on', 'after its time', [factor, ' && sent.expiresAt > asked.nowMs', '']),
  bug('a code outlives its address', 'which is gone', [
    factor,
    'sent.code !== null && authenticators.some(({ id }) => id === sent.authenticatorId)',
    'sent.code !== null',
  ]),
  bug('every answer is charged to the codes that are sent', 'other guesses are not charged', [
    factor,
    'const code = sent && parseDigits(answer, sent.code.length)\n      return sent === null || code',
    "const code = parseDigits(answer, 6)\n      return sent === null && code ? { sent: { authenticatorId: '', code: '' } as never, code } : sent === null || code",
  ]),
  bug('removing the last factor lifts the limits', 'removed and enrolled again', [
    factor,
    '    lasting: (state) => withoutCode(state),\n',
    '',
  ]),
  bug('an older enrollment is confirmed', "newer one's", [enrollment, 'sent?.serial !== serial || ', '']),
  bug("an enrollment's code lives on", "newer one's", [enrollment, ' || sent.expiresAt <= nowMs', '']),
  bug('two messages at one instant', 'at one instant', [
    state,
    'pausedUntil: nowMs + pauseSeconds * 1000',
    'pausedUntil: 0',
  ]),
  bug('ten minutes have no limit', 'by every way', [state, 'until(limits.tenMinutes, tenMinutesMs)', '0']),
  bug('a day has no limit', 'by every way', [state, 'until(limits.day, dayMs)', '0']),
  bug('what hung may be asked for again at once', 'a delivery that hangs', [
    state,
    'gone.hung ? state.pausedUntil : 0',
    '0',
  ]),
  bug('a delivery that failed is charged', 'a delivery that throws', [
    state,
    'state.sends.filter((_, index) => index !== place)',
    'state.sends',
  ]),
  bug('the code of a delivery that failed is good', 'a delivery that throws', [
    state,
    '0, sent: null }',
    '0, sent: state.sent }',
  ]),
  bug('a message sent anew clears the count', 'guesses count on', [
    'core/src/operations/factor-calls/state.ts',
    '{ ...record, states:',
    '{ ...record, failures: {}, states:',
  ]),
  bug("a provider's error is told as it is", 'stands in the message alone', [
    'one-time-code/src/delivery.ts',
    "text.replaceAll(to, '•••').replaceAll(code, '•••')",
    'text',
  ]),
  bug('the whole address is shown', 'stands in the message alone', [
    route,
    'sent_to: mask(address)',
    'sent_to: address.to',
  ]),
  bug('a second address is cut off, and let pass', 'more than one address', [
    'one-time-code/src/destination.ts',
    ' *$/u.exec',
    '/u.exec',
  ]),
  bug('an authenticator of nobody becomes the own one', "another user's address", [
    route,
    "if (found === undefined) return new MfaError('not_found')",
    'if (found === undefined) return targetOf(undefined)(authenticators)',
  ]),
]
