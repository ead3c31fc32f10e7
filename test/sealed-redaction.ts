import type { Item } from "../src/protocol/item.ts"
import type { RedactionWish } from "../src/protocol/redaction-rule.ts"
import type { RedactionReceipt, RedactionsAnswer } from "../src/protocol/routes.ts"
import { type RedactShareDeps, redactShare } from "../src/viewer/browser/encrypted/redact-share.ts"
import { createSealedShare } from "../src/viewer/browser/encrypted/sealed-share.ts"
import { type EncryptedShare, readManifest, readSegment } from "./encrypted-client.ts"

/** What opens a share, and what may write to it. */
type Held = Pick<EncryptedShare, "id" | "secret" | "sealer">

/** Takes something out of an encrypted share as its owner's page does, by the secret, and tells its author of it. */
export async function redactSealed(
  url: string,
  share: EncryptedShare,
  wishes: readonly RedactionWish[],
  changes: Partial<RedactShareDeps> = {},
): Promise<RedactionReceipt> {
  const receipt = await redactShare({ ...asOwner(url, share), ...changes }, wishes)
  await learn(url, share)
  return receipt
}

/** What the page's script goes by. */
export function asOwner(url: string, { id, secret, sealer }: Held): RedactShareDeps {
  const segments = `${url}/api/share/${id}/segments`
  return {
    share: createSealedShare({ sealer, segments, fetch: (address) => fetch(address) }),
    sealer,
    segments,
    redact: `${url}/api/share/${id}/redact/sealed`,
    headers: { "x-share-secret": secret },
    fetch,
    now: () => 1_700_000_000_000,
    newID: () => crypto.randomUUID(),
  }
}

/** The author reads again what the share is. */
export async function learn(url: string, share: EncryptedShare): Promise<void> {
  const { revision, epoch, segments } = await readManifest(url, share.id)
  const { redactions } = await readRedactions(url, share)
  Object.assign(share.state, {
    ...{ revision, epoch, redactions: redactions.length },
    segments: segments.map(({ segment }) => segment),
  })
}

export async function readRedactions(
  url: string,
  { id, secret }: Pick<Held, "id" | "secret">,
): Promise<RedactionsAnswer> {
  const response = await fetch(`${url}/api/share/${id}/redactions?texts=1`, {
    headers: { "x-share-secret": secret },
  })
  if (!response.ok) throw new Error(`redactions: ${response.status}`)
  return (await response.json()) as RedactionsAnswer
}

/** All that is in the segments that its list names, as whoever has the key reads it. */
export async function openAll(url: string, { id, sealer }: Pick<Held, "id" | "sealer">): Promise<Item[]> {
  const { segments } = await readManifest(url, id)
  const opened = segments.map(async ({ segment }) =>
    sealer.openNamedSegment(segment, await readSegment(url, id, segment)),
  )
  return (await Promise.all(opened)).flat()
}
