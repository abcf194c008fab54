// The app's own users and passwords, and registration. Latchkey asks for them and keeps none of it.
import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { fieldError } from '@latchkey/core'

/** @type {(password: string, salt: Buffer, size: number, cost: import('node:crypto').ScryptOptions) => Promise<Buffer>} */
const derive = promisify(scrypt)
/** What the OWASP Password Storage Cheat Sheet gives for 16 MiB. */
const cost = { N: 2 ** 14, r: 8, p: 5 }

const alice = {
  id: '1',
  name: 'alice',
  salt: 'mjdbDgJbdT83uEiXCg88UA==',
  hash: '5FeR+ELA+AcKS0qeYbt3OghIECsRD2s+L/e96InwyVQ=',
}
const bob = {
  id: '2',
  name: 'bob',
  salt: 'RozjbQNbnojmUmLumgQfMw==',
  hash: 'M9c8W3INi3C71YJT9+xkSUOfrw1Tt9+CW7n8OwCwblk=',
}
/** Takes the same work as a user, so that the time does not tell which names there are. */
const nobody = { salt: '3/+er+8s9NkiS3FSqO3RuA==', hash: 'Ov+cpxXKf7qVrDljAXuIHSOojV3QtUqt3t4/3Cz1yF4=' }

/** The users of one app: alice, bob, and users who register until it ends. */
export function createUsers() {
  const rows = [alice, bob]
  /** @param {string} username */
  const named = (username) => rows.find(({ name }) => name === username)
  return Object.freeze({
    /**
     * The user of an id who may still sign in, or null.
     * @param {string} id
     */
    findUser(id) {
      const row = rows.find((candidate) => candidate.id === id)
      return row === undefined ? null : asUser(row)
    },
    /**
     * The first factor: the user of a login body with the right password, or null.
     * @param {Readonly<Record<string, unknown>>} body
     */
    async checkCredentials({ username, password }) {
      if (typeof username !== 'string' || typeof password !== 'string') return null
      const row = named(username)
      return (await isPasswordOf(row ?? nobody, password)) && row !== undefined ? asUser(row) : null
    },
    /**
     * Whether this is the password of a user, who gives up a factor with it.
     * @param {{ id: string }} user
     * @param {string} password
     */
    confirmPassword: ({ id }, password) => isPasswordOf(rows.find((row) => row.id === id) ?? nobody, password),
    /**
     * Makes an account. Its id is never one that was there before: records of those may still be stored.
     * @param {Readonly<Record<string, unknown>>} body
     */
    async register({ username, password }) {
      if (typeof username !== 'string' || !/^[\w.@-]{2,64}$/.test(username)) {
        throw fieldError('username', 'must be 2 to 64 letters, digits, and . @ _ -')
      }
      if (typeof password !== 'string' || password.length < 8 || password.length > 256) {
        throw fieldError('password', 'must be 8 to 256 characters')
      }
      const salt = randomBytes(16)
      const hash = await derive(password, salt, 32, cost)
      // Checked after the hashing, so that of two at the same instant one gets the name.
      if (named(username) !== undefined) throw fieldError('username', 'is taken')
      const row = { id: randomUUID(), name: username, salt: salt.toString('base64'), hash: hash.toString('base64') }
      rows.push(row)
      return asUser(row)
    },
  })
}

/**
 * @param {{ salt: string, hash: string }} row
 * @param {string} password
 */
async function isPasswordOf({ salt, hash }, password) {
  const derived = await derive(password, Buffer.from(salt, 'base64'), 32, cost)
  return timingSafeEqual(derived, Buffer.from(hash, 'base64'))
}

/**
 * A new password makes a new hash, and with a new stamp no older token is valid.
 * @param {typeof alice} row
 */
function asUser({ id, name, hash }) {
  return { id, name, stamp: hash }
}
