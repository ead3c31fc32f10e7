import { routePath } from "../protocol/routes.ts"
import { LOG, PAGE } from "./block.ts"
import { timeTag } from "./format.ts"
import type { Assets } from "./frame.ts"
import { html } from "./html.ts"
import { pageEnd, pageStart, topBar } from "./skeleton.ts"

export interface EncryptedPage {
  /** ISO 8601. */
  share: { id: string; createdAt: string }
  /** With the script that decrypts. */
  assets: Assets
}

/**
 * The page of a share that only its readers can read: all that a server can draw of it. The script fetches the rest,
 * decrypts it with the key behind the `#`, and draws it with the functions of every other page.
 */
export function* renderEncryptedPage({ share: { id, createdAt }, assets }: EncryptedPage): Iterable<string> {
  const created = timeTag(Date.parse(createdAt))
  const start = pageStart({
    title: "An encrypted session · Better Share",
    description: "A coding session with OpenCode that only those with the whole link can read.",
    assets,
    data: {
      share: id,
      events: routePath("watchShare", { id }),
      metadata: routePath("readShareMetadata", { id }),
      segments: routePath("readShareManifest", { id }),
    },
    kind: "share encrypted",
  })
  const right = html`<span class="right"><span class="sealed" title="Decrypted in your browser. The server cannot read it.">Encrypted</span><span id="live" role="status" hidden></span></span>`
  yield html`${start}<a class="skip" href="#${LOG}">Skip to the conversation</a>${topBar(right)}<p id="warning" role="alert" hidden></p><div id="${PAGE}"><main id="${LOG}" class="notice"><p class="eyebrow">End-to-end encrypted</p><h1>Only the link can open this session</h1><p>The server that keeps it cannot read it. The key stands in the link, behind the <code>#</code>, and your browser keeps that part to itself.</p><noscript><p class="cause">Your browser has to decrypt the session, which takes JavaScript. It is switched off here: allow it for this page, and load the page again.</p></noscript><p id="opening" role="status" hidden><span class="pulse" aria-hidden="true"></span> Decrypting</p></main></div>`
    .text
  yield html`<footer><p class="off">End-to-end encrypted: this server stores the session and cannot read it. So it has no search, no link preview and no plain text of it, and <code>opencode import</code> cannot take this link.</p><p>${created && html`Shared ${created} with `}<a href="/">Better Share</a></p></footer>${pageEnd()}`
    .text
}
