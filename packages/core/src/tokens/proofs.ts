import type { Proof, ProofContent } from '../ports/proof.ts'
import type { User } from '../ports/user.ts'
import type { RandomBytes } from '../ports/values.ts'
import type { KeySets } from '../sealing/keys.ts'
import { createSealer } from '../sealing/seal.ts'
import { isSameDigest, stampDigest } from './stamp.ts'

/** Makes proofs that a host can keep, and opens what it kept. */
export interface Proofs {
  seal(user: User, content: ProofContent): Proof
  /** The proof of this user, under the stamp of now; null if it does not open, or is no string. */
  open(user: User, sealed: unknown): Proof | null
}

/** What a sealed proof holds beside the id of its user, which it is sealed for. */
type SealedContent = Omit<ProofContent, 'userId'> & { readonly stamp: string }

const longestSealed = 4096

/** Proofs over the given keys: the first seals, all open. */
export function createProofs(keySets: KeySets, randomBytes: RandomBytes): Proofs {
  const sealer = createSealer('proof', keySets, randomBytes)
  const [first] = keySets
  const read = (user: User, sealed: string): SealedContent | null => {
    try {
      return JSON.parse(sealer.open(user.id, sealed)) as SealedContent
    } catch {
      // Another user's, another secret's, or none of ours: whichever, it proves nothing.
      return null
    }
  }
  return Object.freeze<Proofs>({
    seal(user, content) {
      const { userId: _, ...rest } = content
      const text: SealedContent = { ...rest, stamp: stampDigest(first, user) }
      return toProof(content, sealer.seal(user.id, JSON.stringify(text)))
    },
    open(user, sealed) {
      if (typeof sealed !== 'string' || sealed.length > longestSealed) return null
      const found = read(user, sealed)
      if (found === null) return null
      const { stamp, ...rest } = found
      const isOwn = keySets.some((keys) => isSameDigest(stamp, stampDigest(keys, user)))
      return isOwn ? toProof({ ...rest, userId: user.id }, sealed) : null
    },
  })
}

function toProof(content: ProofContent, sealed: string): Proof {
  return Object.freeze({ ...content, amr: Object.freeze([...content.amr]), sealed }) as Proof
}
