import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import * as z from "zod/mini"
import { type OwnerStatement, ownerStatement } from "../../protocol/owner.ts"
import type { OwnerProof } from "../../protocol/routes.ts"
import { readIfThere, writeWhole } from "../files.ts"

const fileSchema = z.object({ v: z.literal(1), privateKey: z.string() })

/** This person's key: what it signs is theirs, on whatever machine they keep it. */
export interface OwnerKey {
  /** The public half, in base64url. */
  readonly key: string
  /** A statement of this moment: no two are of the same one, as each holds once. */
  prove(statement: Omit<OwnerStatement, "at">): OwnerProof
}

/** Takes the key from its file, or makes one on first use. */
export async function openOwnerKey(path: string, now: () => number): Promise<OwnerKey> {
  return (await findOwnerKey(path, now)) ?? ownerKeyOf(await makeKey(path), now)
}

/** Undefined while there is none. */
export async function findOwnerKey(path: string, now: () => number): Promise<OwnerKey | undefined> {
  const stored = await readIfThere(path)
  return stored === undefined ? undefined : ownerKeyOf(readKey(stored, path), now)
}

function ownerKeyOf(privateKey: KeyObject, now: () => number): OwnerKey {
  // The last 32 bytes of the DER form are the key itself (RFC 8410, 4).
  const der = createPublicKey(privateKey).export({ type: "spki", format: "der" })
  const key = der.subarray(-32).toString("base64url")
  let last = 0
  return {
    key,
    prove(statement) {
      const at = Math.max(last + 1, now())
      last = at
      const text = ownerStatement({ ...statement, at })
      return { key, at, signature: sign(null, Buffer.from(text), privateKey).toString("base64url") }
    },
  }
}

async function makeKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync("ed25519")
  const der = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64url")
  await writeWhole(path, `${JSON.stringify({ v: 1, privateKey: der })}\n`)
  // Of two processes that made one at once, the later file counts for both.
  const stored = await readIfThere(path)
  return stored === undefined ? privateKey : readKey(stored, path)
}

function readKey(text: string, path: string): KeyObject {
  try {
    const { privateKey } = fileSchema.parse(JSON.parse(text))
    return createPrivateKey({ key: Buffer.from(privateKey, "base64url"), type: "pkcs8", format: "der" })
  } catch (cause) {
    throw new Error(`${path} is no owner key: restore it, or remove it to begin with a new one`, { cause })
  }
}
