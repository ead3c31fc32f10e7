import { SealError } from "./seal-error.ts"
import type { ShareKey } from "./share-key.ts"

/** What a sealed thing is. Its number stands in the envelope, its name in the derivation of the key. */
export const PURPOSES = { segment: 1, head: 2, deltas: 3, redactions: 4 } as const
export type Purpose = keyof typeof PURPOSES

/** `BSE` and the version of the format. */
const MAGIC = new Uint8Array([0x42, 0x53, 0x45, 1])
const ID_AT = MAGIC.length + 1
const SALT_AT = ID_AT + 16
const SALT_BYTES = 32
/** Magic, version, purpose, key id, salt. */
export const HEADER_BYTES = SALT_AT + SALT_BYTES
const TAG_BYTES = 16
/** What sealing adds. */
export const OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES
/** Each key is derived from a salt of its own and seals one thing, so its nonces cannot repeat. */
const NONCE = new Uint8Array(12)

const encoder = new TextEncoder()

/**
 * Seals bytes: `magic ‖ version ‖ purpose ‖ key id ‖ salt ‖ AES-256-GCM`. The key comes from the share's key by
 * HKDF-SHA-256 with the salt; the header and the share's id are authenticated with the content.
 */
export async function seal(
  key: ShareKey,
  purpose: Purpose,
  content: Uint8Array<ArrayBuffer>,
  salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES)),
): Promise<Uint8Array<ArrayBuffer>> {
  const header = new Uint8Array(HEADER_BYTES)
  header.set(MAGIC)
  header[MAGIC.length] = PURPOSES[purpose]
  header.set(key.id, ID_AT)
  header.set(salt, SALT_AT)
  const own = await derive(key, purpose, salt)
  const sealed = await crypto.subtle.encrypt(parameters(header, key.shareID), own, content)
  const envelope = new Uint8Array(HEADER_BYTES + sealed.byteLength)
  envelope.set(header)
  envelope.set(new Uint8Array(sealed), HEADER_BYTES)
  return envelope
}

/** Throws `wrong_key` and `tampered`. */
export async function open(
  key: ShareKey,
  purpose: Purpose,
  envelope: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const header = new Uint8Array(envelope.subarray(0, HEADER_BYTES))
  if (envelope.length < OVERHEAD_BYTES || !startsWith(header, MAGIC)) {
    throw tampered(`The ${purpose} is not in the form that this page knows.`)
  }
  if (!startsWith(header.subarray(ID_AT), key.id)) {
    throw new SealError("wrong_key", `The ${purpose} was sealed with another key.`)
  }
  if (header[MAGIC.length] !== PURPOSES[purpose]) throw tampered(`Something else stands for the ${purpose}.`)
  const own = await derive(key, purpose, header.slice(SALT_AT))
  const sealed = new Uint8Array(envelope.subarray(HEADER_BYTES))
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters(header, key.shareID), own, sealed))
  } catch (cause) {
    throw tampered(`The ${purpose} has been changed since it was sealed.`, cause)
  }
}

function derive({ root }: ShareKey, purpose: Purpose, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: encoder.encode(`better-share 1 ${purpose}`) },
    root,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  )
}

function parameters(header: Uint8Array, shareID: string) {
  const id = encoder.encode(shareID)
  const additionalData = new Uint8Array(header.length + id.length)
  additionalData.set(header)
  additionalData.set(id, header.length)
  return { name: "AES-GCM", iv: NONCE, additionalData, tagLength: 8 * TAG_BYTES }
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, at) => bytes[at] === byte)
}

function tampered(message: string, cause?: unknown): SealError {
  return new SealError("tampered", message, { cause })
}
