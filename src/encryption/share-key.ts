import { fromBase64Url, toBase64Url } from "./base64url.ts"
import { SealError } from "./seal-error.ts"

/**
 * A share's key: 32 random bytes that stand in the link's fragment, `#k=…`, which browsers do not send
 * (RFC 9110, 7.1). What seals and opens is derived from it (envelope.ts).
 */
export interface ShareKey {
  /** For HKDF alone; it cannot be read back. */
  readonly root: CryptoKey
  /** Names the key without telling it: what is sealed with another one is known by this. 16 bytes. */
  readonly id: Uint8Array<ArrayBuffer>
  readonly shareID: string
}

const KEY_BYTES = 32
const KEY_ID_BITS = 128
/** 32 bytes in base64url; the last character carries four of its six bits, the other two are 0. */
const KEY_TEXT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** A fresh key as text, 43 characters. */
export function newKeyText(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(KEY_BYTES)))
}

/** `https://…/share/ID` → `https://…/share/ID#k=…` */
export function withKey(url: string, keyText: string): string {
  return `${url.split("#")[0]}${writeFragment({ keyText })}`
}

/** The key of a link's fragment (`location.hash`); undefined when there is none, or only a piece of one. */
export function readKeyText(fragment: string): string | undefined {
  const text = partsOf(fragment)
    .find((part) => part.startsWith("k="))
    ?.slice(2)
  return text !== undefined && KEY_TEXT.test(text) ? text : undefined
}

/** What a fragment names beside the key: the element that a permalink leads to. */
export function readTarget(fragment: string): string | undefined {
  return partsOf(fragment).find((part) => part !== "" && !part.startsWith("k="))
}

/** `#k=…` or `#k=…&msg_…`. */
export function writeFragment({ keyText, target }: { keyText: string; target?: string | undefined }): string {
  return target ? `#k=${keyText}&${target}` : `#k=${keyText}`
}

/** Throws `wrong_key` for a text that is no key. */
export async function importKey(shareID: string, keyText: string): Promise<ShareKey> {
  if (!KEY_TEXT.test(keyText)) throw new SealError("wrong_key", "The key in the link is not a whole key.")
  const root = await crypto.subtle.importKey("raw", fromBase64Url(keyText), "HKDF", false, [
    "deriveKey",
    "deriveBits",
  ])
  const info = new TextEncoder().encode(`better-share 1 key-id ${shareID}`)
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info }
  return { root, shareID, id: new Uint8Array(await crypto.subtle.deriveBits(derivation, root, KEY_ID_BITS)) }
}

function partsOf(fragment: string): string[] {
  return fragment.replace(/^#/, "").split("&")
}
