import { routePath } from "../protocol/routes.ts"
import { abuseLink, type Reporting } from "./abuse.ts"
import { LOG, PAGE } from "./block.ts"
import { cardTags } from "./card/meta.ts"
import { sealedControls } from "./controls.ts"
import { timeTag } from "./format.ts"
import type { Assets } from "./frame.ts"
import { html } from "./html.ts"
import { pageEnd, pageStart, topBar } from "./skeleton.ts"
import { USUAL_VIEW } from "./view.ts"

export interface EncryptedPage extends Reporting {
  /** ISO 8601. */
  share: { id: string; createdAt: string }
  /** Where people reach the server, without a slash at the end. */
  baseUrl: string
  /** With the script that decrypts. */
  assets: Assets
}

const TITLE = "An encrypted session"
const DESCRIPTION = "A coding session with OpenCode that only those with the whole link can read."

/**
 * The page of a share that only its readers can read: all that a server can draw of it. The script fetches the rest,
 * decrypts it with the key behind the `#`, and draws it with the functions of every other page.
 */
export function* renderEncryptedPage({
  share: { id, createdAt },
  assets,
  baseUrl,
  abuseUrl,
}: EncryptedPage): Iterable<string> {
  const created = timeTag(Date.parse(createdAt))
  const abuse = abuseLink({ abuseUrl }, id)
  const start = pageStart({
    title: `${TITLE} · Better Share`,
    description: DESCRIPTION,
    assets,
    data: {
      share: id,
      show: USUAL_VIEW,
      events: routePath("watchShare", { id }),
      metadata: routePath("readShareMetadata", { id }),
      segments: routePath("readShareManifest", { id }),
    },
    head: cardTags({ baseUrl, shareID: id, title: TITLE, description: DESCRIPTION, revision: 0 }),
    kind: "share encrypted",
  })
  const sealed = html`<span class="sealed" title="Decrypted in your browser. The server cannot read it.">Encrypted</span>`
  yield html`${start}<a class="skip" href="#${LOG}">Skip to the conversation</a>${topBar(sealedControls(sealed))}<p id="warning" role="alert" hidden></p><div id="${PAGE}"><main id="${LOG}" class="notice"><p class="eyebrow">End-to-end encrypted</p><h1>Only the link can open this session</h1><p>The server that keeps it cannot read it. The key stands in the link, behind the <code>#</code>, and your browser keeps that part to itself.</p><noscript><p class="cause">Your browser has to decrypt the session, which takes JavaScript. It is switched off here: allow it for this page, and load the page again.</p></noscript><p id="opening" role="status" hidden><span class="pulse" aria-hidden="true"></span> Decrypting</p></main></div>`
    .text
  yield html`<footer><p class="off">End-to-end encrypted: this server stores the session and cannot read it. So it has no preview and no plain text of it, and <code>opencode import</code> cannot take this link; <code>better-share import</code> can.</p><p>${created && html`Shared ${created} with `}<a href="/">Better Share</a>${abuse && html` · ${abuse}`}</p></footer>${pageEnd()}`
    .text
}
