// The whole journey of one user over HTTP: every answer is shown, and checked.
import { createAuthenticator } from './authenticator.mjs'
import { createStage } from './stage.mjs'

/**
 * @typedef {import('./stage.mjs').Stage} Stage
 * @typedef {import('./stage.mjs').Device} Device
 */

const alice = { username: 'alice', password: 'correct horse battery staple' }
const anyText = /./
const recoveryCode = /^[0-9a-z]{4}-[0-9a-z]{4}$/

/** @typedef {import('./stage.mjs').ExpectedAnswer} ExpectedAnswer */

/** @type {ExpectedAnswer} */
const signedIn = { status: 200, session: 'new', body: { user: { name: 'alice' } } }
/** @type {ExpectedAnswer} */
const challenged = {
  status: 200,
  session: 'none',
  body: { mfa_required: true, ephemeral_token: anyText, expires_in: 300, methods: ['totp', 'recovery_code'] },
}
const nobody = { status: 401, body: { error: 'unauthenticated' } }
/** @type {ExpectedAnswer} */
const refused = { status: 400, session: 'none', body: { code: 'invalid_code' } }

/**
 * Walks through all of it. It waits for no code: the enrollment uses the current one, the sign-in the one of the next
 * time step, which the window accepts early, and everything else is done with recovery codes.
 *
 * @param {import('./stage.mjs').World} world
 * @throws UnexpectedAnswer
 */
export async function journey(world) {
  const stage = createStage(world)
  const { laptop, tablet } = await signInByPassword(stage)
  const { authenticator, step, codes } = await enroll(stage, laptop)
  await signInByCode(stage, authenticator, step)
  const device = await signInByRecoveryCode(stage, codes)
  await stepUp(stage, tablet, codes)
  await deactivate(stage, device, codes)
}

/** @param {Stage} stage */
async function signInByPassword(stage) {
  stage.begin('Alice signs in with her password alone, on a laptop and on a tablet')
  const laptop = stage.device('laptop')
  const tablet = stage.device('tablet')
  await laptop.post('/auth/login', alice, signedIn)
  await tablet.post('/auth/login', alice, signedIn)
  await laptop.get('/account', { status: 200, body: { user: { name: 'alice' }, mfa: { mfaEnabled: false } } })
  return { laptop, tablet }
}

/**
 * @param {Stage} stage
 * @param {Device} laptop
 */
async function enroll(stage, laptop) {
  stage.begin('On the laptop she begins to enroll an authenticator app')
  const begun = await laptop.get('/auth/mfa/totp/activate', {
    status: 200,
    body: { secret: /^[A-Z2-7]{32}$/, totp_url: /^otpauth:\/\/totp\//, activation_token: anyText, expires_in: 600 },
  })
  stage.show.note('  The totp_url, for her phone:')
  stage.show.qr(String(begun['totp_url']))

  stage.begin('She confirms it with the code her phone shows, and gets recovery codes')
  const authenticator = createAuthenticator(String(begun['totp_url']))
  const step = authenticator.step(stage.now())
  const answer = { activation_token: begun['activation_token'], code: authenticator.code(step) }
  const confirmed = await laptop.post('/auth/mfa/totp/activate', answer, {
    status: 200,
    body: { recovery_codes: Array(10).fill(recoveryCode), authenticator: { type: 'totp', last_used_at: null } },
  })
  await laptop.get('/account', { status: 200, body: { mfa: { mfaEnabled: true, recoveryCodesRemaining: 10 } } })
  return { authenticator, step, codes: /** @type {string[]} */ (confirmed['recovery_codes']) }
}

/**
 * @param {Stage} stage
 * @param {import('./authenticator.mjs').Authenticator} authenticator
 * @param {number} usedStep
 */
async function signInByCode(stage, authenticator, usedStep) {
  stage.begin('She signs in anew: the password is right, and still nobody is signed in')
  const laptop = stage.device('laptop')
  const { ephemeral_token } = await laptop.post('/auth/login', alice, challenged)
  await laptop.get('/account', nobody)

  stage.begin('The code of the enrollment is used up, though it is still on the screen')
  const used = { ephemeral_token, code: authenticator.code(usedStep) }
  const replayed = { ...refused, event: 'replayed', body: { code: 'invalid_code', attempts_remaining: 4 } }
  await laptop.post('/auth/mfa/verify', used, replayed)

  stage.begin('The next code lets her in, with a session that is new')
  const next = authenticator.code(Math.max(authenticator.step(stage.now()), usedStep + 1))
  await laptop.post('/auth/mfa/verify', { ephemeral_token, code: next }, signedIn)
  await laptop.get('/account', { status: 200, body: { user: { name: 'alice' } } })
}

/**
 * @param {Stage} stage
 * @param {readonly string[]} codes
 */
async function signInByRecoveryCode(stage, codes) {
  stage.begin('Without her phone she signs in with a recovery code, which works once')
  const laptop = stage.device('laptop')
  const { ephemeral_token } = await laptop.post('/auth/login', alice, challenged)
  await laptop.post('/auth/mfa/verify', { ephemeral_token, code: codes[0] }, signedIn)
  const other = stage.device('laptop')
  const again = await other.post('/auth/login', alice, challenged)
  const used = { ephemeral_token: again['ephemeral_token'], code: codes[0] }
  await other.post('/auth/mfa/verify', used, { ...refused, event: 'replayed' })
  return laptop
}

/**
 * @param {Stage} stage
 * @param {Device} tablet
 * @param {readonly string[]} codes
 */
async function stepUp(stage, tablet, codes) {
  stage.begin('The tablet signed in before the enrollment: for a transfer it must prove more')
  const transfer = { to: 'bob', amount: 50 }
  const demanded = { status: 401, body: { code: 'step_up_required' } }
  await tablet.post('/transfer', transfer, demanded)
  await tablet.post('/auth/mfa/step-up', { code: codes[1] }, { status: 200, body: { proved_at: anyText } })
  await tablet.post('/transfer', transfer, { status: 200, body: { transferred: { from: 'alice', ...transfer } } })
}

/**
 * @param {Stage} stage
 * @param {Device} laptop
 * @param {readonly string[]} codes
 */
async function deactivate(stage, laptop, codes) {
  stage.begin('She gives the second factor up, and her password is enough again')
  const gone = { status: 200, body: { detail: 'TOTP has been deactivated.' } }
  await laptop.post('/auth/mfa/totp/deactivate', { code: codes[2] }, gone)
  const anew = stage.device('laptop')
  await anew.post('/auth/login', alice, signedIn)
  await anew.get('/account', { status: 200, body: { mfa: { mfaEnabled: false, recoveryCodesRemaining: 0 } } })
  await anew.post('/logout', undefined, { status: 204 })
  await anew.get('/account', nobody)
}
