import { SealError } from "../../encryption/seal-error.ts"
import { createSealer } from "../../encryption/sealer.ts"
import type { Document } from "../../protocol/document.ts"
import { createSealedShare, Gone, Unreachable } from "../../viewer/browser/encrypted/sealed-share.ts"
import { CliError } from "../exit.ts"
import type { ShareDoor } from "./share-door.ts"

export interface OpenedShare {
  document: Document
  revision: number
}

const FAULTS: Partial<Record<string, string>> = {
  wrong_key: "The key does not open this share. Take the whole link again, as its author sent it.",
  tampered: "What the server gives is not what the author sealed, so nothing of it was used.",
}

/** Opens an encrypted share on this machine, and holds it against its author's head. Throws a sentence. */
export async function openSealed(
  { page, fetch }: ShareDoor,
  { shareID, keyText }: { shareID: string; keyText: string },
): Promise<OpenedShare> {
  const segments = `${page.replace("/share/", "/api/share/")}/segments`
  try {
    const sealer = await createSealer(shareID, keyText)
    return await createSealedShare({ sealer, segments, fetch }).catchUp()
  } catch (error) {
    if (error instanceof SealError)
      throw new CliError(FAULTS[error.fault] ?? error.message, { code: error.fault, cause: error })
    if (error instanceof Gone) throw new CliError(`The share ${shareID} has been removed.`, { code: "gone" })
    // What the door said of it says more.
    if (error instanceof Unreachable) throw error.cause ?? error
    throw error
  }
}
