import { LOG, PAGE } from "../block.ts"
import { fileControls } from "../controls.ts"
import { describe } from "../describe.ts"
import { timeTag } from "../format.ts"
import { createFrame } from "../frame.ts"
import { type Html, html, trusted } from "../html.ts"
import { pagePieces, type SharePage } from "../page.ts"
import { topBar } from "../skeleton.ts"
import { titleOf } from "../summary.ts"
import { USUAL_VIEW } from "../view.ts"

/** Our own stylesheet and script, to stand in the file itself, and their SHA-256 in Base64. */
export interface InlineAssets {
  style: string
  styleHash: string
  script: string
  scriptHash: string
}

/**
 * A share as one file that needs nothing else: opened from a disk, it reads as its page does, with everything in full
 * length. It says in its own policy that nothing but these two, by their hashes, may run or be fetched.
 */
export function* renderExport(
  page: Pick<SharePage, "share" | "document">,
  assets: InlineAssets,
): Iterable<string> {
  const { share, document } = page
  const context = { shareID: share.id, assets: { script: "", style: "" } }
  const frame = { ...createFrame(document, context), whole: true, lean: false, file: true }
  const title = titleOf(document)
  yield start({ title: `${title} · Better Share`, description: describe(document), assets }).text
  yield html`<a class="skip" href="#${LOG}">Skip to the conversation</a>${topBar(fileControls(USUAL_VIEW), "")}<div id="${PAGE}">`
    .text
  yield* pagePieces(document, frame)
  const created = timeTag(Date.parse(share.updatedAt))
  yield html`</div><footer><p>${created && html`Saved as of ${created} with `}Better Share</p></footer>`.text
  yield html`<script>${trusted(inline(assets.script, "script"))}</script></body>\n</html>\n`.text
}

interface Start {
  title: string
  description: string
  assets: InlineAssets
}

function start({ title, description, assets }: Start): Html {
  const { style, styleHash, scriptHash } = assets
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src 'sha256-${styleHash}'`,
    `script-src 'sha256-${scriptHash}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types better-share",
  ]
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="description" content="${description}">
<title>${title}</title>
<style>${trusted(inline(style, "style"))}</style>
</head>
<body class="share saved" data-show="${USUAL_VIEW}">
`
}

/** Of our own build, which holds no such end; a hash would not fit what was changed here. */
function inline(text: string, element: "script" | "style"): string {
  if (new RegExp(`</${element}|<!--`, "i").test(text)) throw new Error(`The ${element} would end early`)
  return text
}
