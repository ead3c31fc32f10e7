import type { InlineAssets } from "./export.ts"

type Bytes = Uint8Array<ArrayBuffer>

/** Makes the built stylesheet and script of saved files ready to stand in them. */
export async function inlineAssets({
  style,
  script,
}: {
  style: Bytes
  script: Bytes
}): Promise<InlineAssets> {
  const [styleHash = "", scriptHash = ""] = await Promise.all([style, script].map(sha256))
  const decoder = new TextDecoder()
  return { style: decoder.decode(style), script: decoder.decode(script), styleHash, scriptHash }
}

/** In Base64, as a Content-Security-Policy names it. */
async function sha256(bytes: Bytes): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes)
  return btoa(String.fromCharCode(...new Uint8Array(hash)))
}
