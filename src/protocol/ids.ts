/**
 * What an id may look like. OpenCode's own are `ses_…`, `msg_…`, `prt_…`; we accept any printable id that
 * needs no escaping in a URL, so that a newer OpenCode is not refused for its spelling.
 */
export const OPENCODE_ID = /^[A-Za-z0-9_.:-]{1,128}$/

/** Slugs that `opencode import` accepts in a share URL, 8 to 64 characters long. */
export const SHARE_ID = /^[A-Za-z0-9_-]{8,64}$/

/** `session`, `message`, `session_diff`…: the wire's names for kinds of item, known or not. */
export const ITEM_TYPE = /^[a-z][a-z0-9_.-]{0,63}$/

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/** 22 base62 characters carry 130 bits: ids are links, and a link must not be guessable. */
export const SHARE_ID_LENGTH = 22

/** A fresh share id of {@link SHARE_ID_LENGTH} base62 characters. */
export function createShareId(randomBytes: (count: number) => Uint8Array): string {
  return randomBase62(SHARE_ID_LENGTH, randomBytes)
}

/**
 * Letters and digits, each as likely as the others.
 * @param randomBytes a cryptographic source; called again when rejection sampling runs dry
 */
export function randomBase62(length: number, randomBytes: (count: number) => Uint8Array): string {
  let text = ""
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      // 248 = 4 × 62: bytes above would make the first letters of the alphabet likelier than the others.
      if (byte < 248 && text.length < length) text += BASE62[byte % 62]
    }
  }
  return text
}
