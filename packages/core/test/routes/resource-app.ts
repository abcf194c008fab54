// An app whose routes are the resource, and alice's secrets in it.

import { virtualAuthenticator } from '@latchkey/testing'
import { expect } from 'vitest'
import { type MfaOptions, resourceRoutes } from '../../src/index.ts'
import { type App, createApp, type HostChanges } from './app.ts'

export const secrets = '/users/alice/secrets'
export const mfa = { type: 'mfa' }

export function refused(status: number, code: string) {
  return { status, json: expect.objectContaining({ code }) }
}

export function openApp(options: Partial<MfaOptions> = {}, changes?: HostChanges): App {
  return createApp({ routes: resourceRoutes(), ...options }, changes)
}

/** A secret that was created, and the app it was put into. */
export async function created({ send }: App, session: string) {
  const { json } = await send('POST', secrets, { session, body: mfa })
  const { id, secret } = json as { id: string; secret: { otpauth_url: string } }
  return { id, phone: virtualAuthenticator(secret.otpauth_url) }
}

/** Enrolls an app by the resource; its next code is good at once. */
export async function enrolled(app: App, session = app.session('alice', null), more: object = {}) {
  const { id: pending, phone } = await created(app, session)
  const body = { token: phone.code(app.world.clock.now()), ...more }
  const answer = await app.send('PUT', `${secrets}/${pending}/enroll`, { session, body })
  app.world.clock.advance(30)
  return { answer, session, phone, pending, id: String(answer.json['id']) }
}
