/** A data URL whose content is text for somebody to read. */
export interface TextDataUrl {
  /** Up to and with the comma. */
  head: string
  body: string
  base64: boolean
}

const HEAD = /^data:([\w.+-]+\/[\w.+-]+)?((?:;[\w.-]+=[^;,]{0,100})*)(;base64)?,/i
const TEXTUAL =
  /^(?:text\/|image\/svg\+xml$|application\/(?:json|xml|javascript|ecmascript|yaml|x-yaml|toml|sql|x-sh|x-httpd-php|x-www-form-urlencoded|[\w.-]+\+(?:json|xml))$)/i
const BINARY = /[^A-Za-z0-9+/=_\s-]/

export function readTextDataUrl(text: string): TextDataUrl | undefined {
  const match = HEAD.exec(text.slice(0, 600))
  if (match === null || !TEXTUAL.test(match[1] ?? "text/plain")) return undefined
  return { head: match[0], body: text.slice(match[0].length), base64: match[3] !== undefined }
}

/** Base64 of something that nobody reads as text, such as an image, and nothing else. It is passed on as it is. */
export function* isBinaryDataUrl(text: string): Generator<undefined, boolean, unknown> {
  const match = HEAD.exec(text.slice(0, 600))
  if (match?.[3] === undefined || TEXTUAL.test(match[1] ?? "text/plain")) return false
  for (let at = match[0].length; at < text.length; at += PIECE) {
    if (BINARY.test(text.slice(at, at + PIECE))) return false
    yield undefined
  }
  return true
}

/** Divisible by 3 and 4, so that pieces are Base64 and bytes of their own. */
const PIECE = 196_608

/** The text of such a URL. What is no UTF-8 is read byte by byte, and so written. */
export function* decodeDataUrl({
  body,
  base64,
}: TextDataUrl): Generator<undefined, Decoded | undefined, unknown> {
  if (!base64) return percentDecoded(body)
  const compact = /[\s_-]/.test(body)
    ? body.replace(/\s/g, "").replaceAll("-", "+").replaceAll("_", "/")
    : body
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  let [text, bytes, valid] = ["", "", true]
  try {
    for (let at = 0; at < compact.length; at += PIECE) {
      const binary = atob(compact.slice(at, at + PIECE))
      bytes += binary
      if (valid) {
        try {
          text += utf8.decode(bytesOf(binary), { stream: true })
        } catch {
          valid = false
        }
      }
      yield undefined
    }
    if (valid) text += utf8.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) return undefined
    valid = false
  }
  return valid ? { text, utf8: true } : { text: bytes, utf8: false }
}

export interface Decoded {
  text: string
  utf8: boolean
}

export function* encodeDataUrl(
  { head, base64 }: TextDataUrl,
  { text, utf8 }: Decoded,
): Generator<undefined, string, unknown> {
  if (!base64) return head + encodeURIComponent(text.replace(/[\uD800-\uDFFF]/gu, "\uFFFD"))
  const bytes = utf8 ? new TextEncoder().encode(text) : bytesOf(text)
  let body = ""
  for (let at = 0; at < bytes.length; at += PIECE) {
    body += btoa(binaryOf(bytes.subarray(at, at + PIECE)))
    yield undefined
  }
  return head + body
}

function percentDecoded(body: string): Decoded | undefined {
  try {
    return { text: decodeURIComponent(body), utf8: true }
  } catch {
    return undefined
  }
}

function bytesOf(binary: string): Uint8Array {
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes
}

function binaryOf(bytes: Uint8Array): string {
  let binary = ""
  for (let at = 0; at < bytes.length; at += 8_192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  }
  return binary
}
