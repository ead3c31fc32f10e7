import { ShareError } from "../../protocol/errors.ts"
import type { Machine } from "../ports.ts"
import type { SegmentWish } from "./ticket-office.ts"

/** The body as it arrives; throws at its end, before it is in its place, when it is another one than was named. */
export async function* exactBody(
  body: AsyncIterable<Uint8Array>,
  { bytes, sha256, digest }: SegmentWish & { digest: ReturnType<Machine["startDigest"]> },
): AsyncIterable<Uint8Array> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > bytes) throw another(`is larger than the ${bytes} bytes that it was to have`)
    digest.add(chunk)
    yield chunk
  }
  if (size < bytes) throw another(`has ${size} bytes, and was to have ${bytes}`)
  if (digest.hex() !== sha256) throw another("has another SHA-256 than its name says")
}

function another(fault: string): ShareError {
  return new ShareError("invalid_request", `The body ${fault}.`)
}
