const src = 'client/src'
const tests = 'packages/client/test'

/**
 * A bug of one change, which a test of the client must notice.
 * @param {string} name
 * @param {readonly [file: string, test?: string]} test
 * @param {readonly [file: string, search: string, replace: string]} change
 * @returns {import('../bug.d.ts').PlantedBug}
 */
function bug(name, [file, test], [source, search, replace]) {
  const changes = [{ file: `${src}/${source}`, search, replace }]
  return { name, threats: [`${tests}/${file}.test.ts`], changes, ...(test === undefined ? {} : { test }) }
}

const ownCodes = 'login/own-codes'
const pending = 'login/pending'
const memory = 'login/remembered-answers'
const unused = 'totp/unused-code.ts'

/** @type {readonly import('../bug.d.ts').PlantedBug[]} */
export const client = [
  bug(
    'a code is sent in its last second',
    [ownCodes, 'last second'],
    [unused, '(current + 1) * periodMs - lastMs', '(current + 1) * periodMs'],
  ),
  bug(
    'what is not known of the time is taken for good',
    [ownCodes, 'for sure'],
    [unused, 'nowMs + precisionMs > (current', 'nowMs > (current'],
  ),
  bug(
    'a step is used twice in one process',
    [ownCodes, 'know of each other'],
    ['totp/memory-steps.ts', '?? -1) + 1', '?? -1)'],
  ),
  bug(
    'the time is that of this machine',
    [ownCodes, 'takes the first code'],
    ['http/server-clock.ts', 'nowMs: now() + offset', 'nowMs: now()'],
  ),
  bug(
    'a server may say that it is any time',
    [ownCodes, 'another day'],
    ['http/server-clock.ts', 'Math.abs(offset) > maxSkewMs', 'false'],
  ),
  bug(
    'a wrong secret is tried as long as there are tries',
    [ownCodes, 'tried twice'],
    ['login/answerers.ts', ' || count >= mostCodes', ''],
  ),
  bug(
    'a code is sent again after a break',
    [ownCodes, 'before the app has seen'],
    ['login/challenge.ts', "given.by === 'secret' ? 'never' : 'unless-sent'", "'harmless'"],
  ),
  bug(
    'a typed code is sent again after a break',
    [ownCodes, 'a person typed'],
    ['login/challenge.ts', "'never' : 'unless-sent'", "'never' : 'harmless'"],
  ),
  bug(
    'a step that was not sent is lost',
    [ownCodes, 'as good as before'],
    ['login/prove.ts', 'if (isUnsent) await given.release?.()', ''],
  ),
  bug(
    'a step is lost with the wait for it',
    [ownCodes, 'ends with its signal'],
    [unused, '      await release()\n      throw', '      throw'],
  ),
  bug('two logins answer one challenge', [ownCodes, 'take turns'], ['session/queue.ts', 'last.then(work)', 'work()']),
  bug(
    'the secret names its own steps',
    [ownCodes, 'asked for each code'],
    [unused, "[...digest.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')", 'secret'],
  ),
  bug(
    'a wrong remembered answer is given again',
    [memory, 'tried once'],
    ['login/answerers.ts', '    tried.add(asked.question)\n', ''],
  ),
  bug(
    'an answer that cannot be right is a guess',
    [memory, 'not among'],
    ['login/answerers.ts', 'propositions.length === 0 || propositions.includes(one)', 'one !== undefined'],
  ),
  bug(
    'a question is taken for the one that was answered wrongly',
    [memory, 'another question'],
    ['login/login.ts', 'refused: challenge.forgetQuestion', 'refused: () => undefined'],
  ),
  bug(
    'a right answer is forgotten',
    [memory, 'the latest'],
    ['login/login.ts', 'if (given.asked !== undefined) await', 'if (given.asked === undefined) await'],
  ),
  bug(
    'a full disk takes the session',
    [memory, 'takes no session away'],
    ['login/login.ts', "    notify({ type: 'not_remembered'", "    throw error\n    notify({ type: 'not_remembered'"],
  ),
  bug(
    'a person is asked for ever',
    ['login/person', 'as often as maxAttempts'],
    ['login/prove.ts', 'tries <= maxAttempts', 'tries <= 9'],
  ),
  bug(
    'every try sends a message',
    ['login/person', 'sent once'],
    ['login/answerers.ts', 'sentTo ??= await', 'sentTo = await'],
  ),
  bug(
    'an error prints the token',
    [pending, 'no print'],
    [
      'login/mfa-required-error.ts',
      '    this.#pending = pending\n',
      '    this.#pending = pending\n    Object.assign(this, { token: pending.ephemeralToken })\n',
    ],
  ),
  bug(
    'a pending login goes to any server',
    [pending, 'not resumed'],
    ['login/pending.ts', 'pending.baseUrl !== baseUrl.href', 'false'],
  ),
  bug(
    'a dead login goes on waiting',
    [pending, 'no longer waits'],
    ['login/challenge.ts', '      if (isOver(answer)) pending = null\n', ''],
  ),
  bug(
    'each caller refreshes',
    ['session/refresh', 'share one refresh'],
    ['session/refresh.ts', 'running ??= runAlone', 'running = alone'],
  ),
  bug(
    'a refresh goes with the caller who leaves',
    ['session/refresh', 'goes away alone'],
    ['session/refresh.ts', 'if (signal === undefined) return shared', 'return shared'],
  ),
  bug(
    'a token that another process has refreshed is used again',
    ['session/refresh', 'finds the new tokens'],
    ['session/refresh.ts', 'return isNew ? tokens : buy', 'return isNew && false ? tokens : buy'],
  ),
  bug(
    'dead tokens are kept',
    ['session/refresh', 'tokens are forgotten'],
    ['session/refresh.ts', '    await keeper.setTokens(null)\n', ''],
  ),
  bug(
    'a refresh is sent again after a break',
    ['session/refresh', 'would end the sign-in'],
    ['session/refresh.ts', "json, as: 'nobody' })", "json, as: 'nobody', resend: 'harmless' })"],
  ),
  bug(
    'tokens go to any server',
    ['session/app-fetch', 'nothing goes to'],
    ['session/app-fetch.ts', '!settings.origins.has(url.origin)', 'false'],
  ),
  bug(
    'cookies go to other origins',
    ['session/app-fetch', 'no cookie'],
    ['session/keeper.ts', 'const cookie = url.origin === baseUrl.origin ?', 'const cookie = url.origin !== null ?'],
  ),
  bug(
    "another origin's cookies are kept",
    ['session/app-fetch', 'no cookie'],
    ['session/keeper.ts', 'const lines = url.origin === baseUrl.origin ?', 'const lines = url.origin !== null ?'],
  ),
  bug(
    'a redirect takes the password along',
    ['http/exchange', 'redirect'],
    ['http/ask.ts', "redirect: 'manual'", "redirect: 'follow'"],
  ),
  bug(
    'a server may hang',
    ['http/exchange', 'hangs before'],
    ['http/transport.ts', 'timeoutSeconds * 1000)', 'timeoutSeconds * 1_000_000)'],
  ),
  bug(
    "anybody's page sets the clock",
    ['http/exchange', 'is not learned'],
    ['http/ask.ts', 'if (answer.status < 400 || codeOf(answer) !== null) clock', 'clock'],
  ),
  bug(
    'a cookie of another site is kept',
    ['http/cookies', 'not:'],
    ['http/cookies.ts', "|| !(domain === '' || url.hostname === domain || url.hostname.endsWith(`.${domain}`))", ''],
  ),
  bug(
    'a secure cookie goes over http',
    ['http/cookies', 'nobody listens'],
    ['http/cookies.ts', '(isSafe || !cookie.secure)', 'true'],
  ),
  bug(
    'a path is a prefix of any other',
    ['http/cookies', 'below its path'],
    ['http/cookies.ts', "&& (path.endsWith('/') || pathname[path.length] === '/')", ''],
  ),
  bug(
    'a password goes in the clear',
    ['settings', 'baseUrl'],
    ['settings.ts', ' && !allowHttp && !isOwnPage && !isLoopback(url.hostname)', ' && false'],
  ),
  bug(
    'a bad secret is told',
    ['totp/code', 'does not repeat'],
    ['totp/secret.ts', "invalid('the secret is not base32')", 'invalid(base32)'],
  ),
  bug('an id is a path', ['account/account', 'stays one name'], ['account/account.ts', 'encodeURIComponent(id)', 'id']),
  bug(
    'an enrollment is for who had to enroll before',
    ['enrollment/enrollment', 'nobody but himself'],
    ['login/challenge.ts', '      parts.enroll(null)\n', ''],
  ),
  bug(
    'a factor that may be gone is given up again',
    ['account/account', 'may be gone'],
    [
      'account/proofs.ts',
      "purpose === 'step_up' ? Promise.resolve(null) :",
      'purpose !== null ? Promise.resolve(null) :',
    ],
  ),
  bug(
    'a wrong file keeps its owner out',
    [memory, 'the last try'],
    ['login/answerers.ts', 'settings.prompt === undefined ? byItself', 'settings.prompt !== null ? byItself'],
  ),
  bug(
    'a code is of a step that may not have begun',
    [ownCodes, 'not have begun'],
    [unused, 'if (ms <= 0) return', 'if (ms <= precisionMs) return'],
  ),
  bug(
    'a confirmation sends its code again',
    ['enrollment/enrollment', 'broke off'],
    ['totp/memory-steps.ts', '?? -1) + 1', '?? -1)'],
  ),
]
