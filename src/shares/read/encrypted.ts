import { ShareError } from "../../protocol/errors.ts"
import type { ActiveShare } from "../active.ts"

/** What a server can say to whoever wants to read an encrypted share here: who can, and how. */
export class EncryptedShare extends ShareError {
  readonly share: ActiveShare

  constructor(share: ActiveShare) {
    super(
      "unreadable",
      "This share is end-to-end encrypted: the server cannot read it. Open its whole link, with the part behind the #, in a browser; to continue the session elsewhere, ask its author for an export.",
    )
    this.share = share
  }
}
