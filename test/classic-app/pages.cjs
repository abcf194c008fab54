// The pages of the classic app: strings of HTML, as a template engine would make them.

/** @param {unknown} text */
function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** @param {{ title: string, error?: string | undefined }} head @param {string} body */
function page({ title, error }, body) {
  const alert = error === undefined ? '' : `<p role="alert">${escapeHtml(error)}</p>`
  return `<!doctype html><title>${escapeHtml(title)}</title><h1>${escapeHtml(title)}</h1>${alert}${body}`
}

/** @param {string} action @param {{ csrf: string, [hidden: string]: string }} hidden @param {string} fields */
function form(action, { csrf, ...hidden }, fields) {
  const inputs = Object.entries({ _csrf: csrf, ...hidden }).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  return `<form method="post" action="${action}">${inputs.join('')}${fields}<button>Go on</button></form>`
}

const codeField = '<input name="code" inputmode="numeric" autocomplete="one-time-code" required>'

module.exports = {
  /** @param {{ csrf: string, error?: string }} view */
  login: ({ csrf, error }) =>
    page(
      { title: 'Sign in', error },
      form('/login', { csrf }, '<input name="username"><input name="password" type="password">'),
    ),
  /** @param {{ csrf: string, token: string, error?: string }} view */
  code: ({ csrf, token, error }) =>
    page({ title: 'Enter your code', error }, form('/login/code', { csrf, ephemeral_token: token }, codeField)),
  /** @param {{ csrf: string, name: string }} view */
  home: ({ csrf, name }) => page({ title: `Hello ${name}` }, form('/logout', { csrf }, '')),
  /** @param {{ csrf: string, enrollment: { secret: string, qrCodeDataUri: string, activationToken: string }, error?: string }} view */
  enroll: ({ csrf, enrollment, error }) =>
    page(
      { title: 'Set up your authenticator app', error },
      `<img alt="QR code" src="${escapeHtml(enrollment.qrCodeDataUri)}"><code>${escapeHtml(enrollment.secret)}</code>${form(
        '/enroll',
        { csrf, activation_token: enrollment.activationToken },
        `${codeField}<input name="name">`,
      )}`,
    ),
  /** @param {{ recoveryCodes: readonly string[] }} view */
  recoveryCodes: ({ recoveryCodes }) =>
    page(
      { title: 'Keep these codes' },
      `<ul>${recoveryCodes.map((code) => `<li>${escapeHtml(code)}</li>`).join('')}</ul><a href="/">Done</a>`,
    ),
  /** @param {{ csrf: string, error?: string }} view */
  stepUp: ({ csrf, error }) => page({ title: 'Confirm it is you', error }, form('/step-up', { csrf }, codeField)),
  /** @param {{ factor: string | null }} view */
  payout: ({ factor }) => page({ title: 'Payout' }, `<p>Confirmed by ${escapeHtml(factor)}</p>`),
  /** @param {{ title: string, error: string }} view */
  failure: (view) => page(view, '<a href="/">Back</a>'),
}
