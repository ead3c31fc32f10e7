import { generateKeyPairSync, sign } from "node:crypto"
import { type OwnerStatement, ownerStatement } from "../src/protocol/owner.ts"
import type { OwnerProof } from "../src/protocol/routes.ts"

/** A key pair as an owner keeps it. */
export interface TestOwner {
  key: string
  /** Signs now, unless told when. No two of its statements are of the same moment. */
  prove(statement: Omit<OwnerStatement, "at"> & { at?: number }): OwnerProof
}

export function createOwner(): TestOwner {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519")
  const key = publicKey.export({ format: "jwk" }).x ?? ""
  let last = 0
  return {
    key,
    prove({ at, ...statement }) {
      last = Math.max(last + 1, Date.now())
      const signed = { ...statement, at: at ?? last }
      const signature = sign(null, Buffer.from(ownerStatement(signed)), privateKey).toString("base64url")
      return { key, at: signed.at, signature }
    },
  }
}

/** The last letter of base64url holds bits that are none of the value's: here they are set. */
export function respelled(text: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
  return text.slice(0, -1) + letters[letters.indexOf(text.at(-1) ?? "") + 1]
}
