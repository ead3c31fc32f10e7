import { fromBase64Url } from "./base64url.ts"

export const MASTER_KEY_BYTES = 32

/**
 * Keys as an operator writes them: 32 bytes each, in base64url or hex, the newest first, with commas or line ends
 * between them. Throws a sentence that quotes nothing: a mistyped key is still nearly a key.
 */
export function readMasterKeys(text: string): Uint8Array<ArrayBuffer>[] {
  return text
    .split(/[,\n]/)
    .map((key) => key.trim())
    .filter((key) => key !== "")
    .map((key) => {
      const bytes = /^[0-9a-f]{64}$/i.test(key) ? fromHex(key) : fromBase64Url(key.replace(/=$/, ""))
      if (bytes?.length !== MASTER_KEY_BYTES) {
        throw new Error(
          "each key must be 32 bytes in base64url or hex, separated by commas, the newest first (try `openssl rand -hex 32`).",
        )
      }
      return bytes
    })
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}
