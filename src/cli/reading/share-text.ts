import { formatBytes } from "../../protocol/limits.ts"
import { CliError } from "../exit.ts"
import { MOST_BYTES } from "../files.ts"
import { openSealed } from "./sealed.ts"
import type { ShareDoor } from "./share-door.ts"
import { type ExportFormat, type TellOptions, tell } from "./told.ts"

/** An encrypted share, opened on this machine. */
export async function openAndTell(
  door: ShareDoor,
  shareID: string,
  { format, ...options }: TellOptions & { format: Exclude<ExportFormat, "jsonl"> },
): Promise<Iterable<string>> {
  const metadata = await door.fetch(`${door.page.replace("/share/", "/api/share/")}/metadata`)
  const { createdAt, lastUpdated } = (await metadata.json()) as { createdAt: string; lastUpdated: string }
  const { document, revision } = await openSealed(door, { shareID, keyText: door.keyText ?? "" })
  return tell(
    { share: { id: shareID, revision, createdAt, updatedAt: lastUpdated }, document },
    format,
    options,
  )
}

/** The whole share as JSON. */
export async function textOf(door: ShareDoor, shareID: string, options: TellOptions = {}): Promise<string> {
  if (door.keyText !== undefined)
    return [...(await openAndTell(door, shareID, { ...options, format: "json" }))].join("")
  return textWithin(await door.fetch(`${door.page}.json`))
}

/** Whoever runs the server may be hostile. Throws a sentence for what is larger than any session. */
async function textWithin({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  let [text, bytes] = ["", 0]
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength
    if (bytes > MOST_BYTES)
      throw new CliError(`The share is larger than ${formatBytes(MOST_BYTES)}: that is no session.`, {
        code: "too_large",
      })
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}
