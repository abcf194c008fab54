// The app's own users and passwords. Latchkey asks for them through the two functions and keeps none of it.
import { scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** @type {(password: string, salt: Buffer, size: number, cost: import('node:crypto').ScryptOptions) => Promise<Buffer>} */
const derive = promisify(scrypt)
/** What the OWASP Password Storage Cheat Sheet gives for 16 MiB. */
const cost = { N: 2 ** 14, r: 8, p: 5 }

const rows = [
  {
    id: '1',
    name: 'alice',
    salt: 'mjdbDgJbdT83uEiXCg88UA==',
    hash: '5FeR+ELA+AcKS0qeYbt3OghIECsRD2s+L/e96InwyVQ=',
  },
  {
    id: '2',
    name: 'bob',
    salt: 'RozjbQNbnojmUmLumgQfMw==',
    hash: 'M9c8W3INi3C71YJT9+xkSUOfrw1Tt9+CW7n8OwCwblk=',
  },
]
/** Takes the same work as a user, so that the time does not tell which names there are. */
const nobody = { salt: '3/+er+8s9NkiS3FSqO3RuA==', hash: 'Ov+cpxXKf7qVrDljAXuIHSOojV3QtUqt3t4/3Cz1yF4=' }

/**
 * The first factor: the user of a login body with the right password, or null.
 * @param {Readonly<Record<string, unknown>>} body
 */
export async function checkCredentials({ username, password }) {
  if (typeof username !== 'string' || typeof password !== 'string') return null
  const row = rows.find(({ name }) => name === username)
  const { salt, hash } = row ?? nobody
  const derived = await derive(password, Buffer.from(salt, 'base64'), 32, cost)
  const isRight = timingSafeEqual(derived, Buffer.from(hash, 'base64'))
  return isRight && row !== undefined ? asUser(row) : null
}

/**
 * The user of an id who may still sign in, or null.
 * @param {string} id
 */
export function findUser(id) {
  const row = rows.find((candidate) => candidate.id === id)
  return row === undefined ? null : asUser(row)
}

/**
 * A new password makes a new hash, and with a new stamp no older session or token is valid.
 * @param {(typeof rows)[number]} row
 */
function asUser({ id, name, hash }) {
  return { id, name, stamp: hash }
}
