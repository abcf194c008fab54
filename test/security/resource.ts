import { resourceRoutes } from '@latchkey/core'
import { type HttpAnswer, type HttpClient, type VirtualAuthenticator, virtualAuthenticator } from '@latchkey/testing'
import { expectPassed, type Person } from './person.ts'
import type { Stack } from './stacks.ts'
import { openStage, type Stage, type StageOptions } from './stage.ts'

export const mfa = { type: 'mfa' }

/** Every route of the resource, with a body that it takes. */
export const routes: readonly (readonly [string, string, object | undefined])[] = [
  ['POST', 'secrets', mfa],
  ['GET', 'secrets', undefined],
  ['DELETE', 'secrets', undefined],
  ['PUT', 'secrets/ID/enroll', { token: '021589' }],
  ['GET', 'secrets/ID', undefined],
  ['PATCH', 'secrets/ID', { name: 'mine' }],
  ['DELETE', 'secrets/ID', undefined],
]

export interface Pending {
  readonly id: string
  readonly secret: string
  readonly phone: VirtualAuthenticator
}

/** Whose resource it is, and the browser that asks. */
type Seat = Pick<Person, 'id' | 'browser'>

/** Somebody who has enrolled by the resource. */
export interface Owner extends Seat {
  readonly person: Person
  readonly phone: VirtualAuthenticator
  readonly secretId: string
  readonly backup: readonly string[]
}

export function openResource(stack: Stack, options: StageOptions = {}): Promise<Stage> {
  return openStage(stack, { ...options, mfa: { routes: resourceRoutes(), ...options.mfa } })
}

export function secretsOf(userId: string): string {
  return `/auth/users/${userId}/secrets`
}

/** A route's path for a user and one of the secrets. */
export function pathOf(route: string, userId: string, secretId: string): string {
  return `/auth/users/${userId}/${route.replace('ID', secretId)}`
}

export async function create({ id, browser }: Seat): Promise<Pending> {
  const answer = expectPassed(await browser.post(secretsOf(id), mfa))
  const { otpauth_url, secret } = answer['secret'] as { otpauth_url: string; secret: string }
  return { id: String(answer['id']), secret, phone: virtualAuthenticator(otpauth_url) }
}

/** Enrolls in a browser, under the path of a user. */
export function enrollAt(userId: string, browser: HttpClient, id: string, token: unknown): Promise<HttpAnswer> {
  return browser.send('PUT', `${secretsOf(userId)}/${id}/enroll`, { json: { token } })
}

export function enroll(person: Seat, id: string, token: unknown): Promise<HttpAnswer> {
  return enrollAt(person.id, person.browser, id, token)
}

/** Signs in and enrolls by the resource, 30 seconds ago. */
export async function enrolled({ clock }: Stage, person: Person): Promise<Owner> {
  expectPassed(await person.login(person.browser))
  const { id, phone } = await create(person)
  const answer = expectPassed(await enroll(person, id, phone.code(clock.now())))
  clock.advance(30)
  const { id: userId, browser } = person
  const [secretId, backup] = [String(answer['id']), answer['codes'] as readonly string[]]
  return { id: userId, browser, person, phone, secretId, backup }
}
