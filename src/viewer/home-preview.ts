import type { PartData } from "../protocol/opencode.ts"
import type { Frame } from "./frame.ts"
import { type Html, html } from "./html.ts"
import { renderPart } from "./part.ts"

const FRAME: Frame = {
  shareID: "",
  directory: "",
  whole: true,
  open: true,
  lean: false,
  sessions: new Set(),
  partHref: "",
}

const PATCH = `@@ -18,4 +18,5 @@ export async function fetchTides(port: Port) {
-  const answer = await fetch(port.url)
+  const signal = AbortSignal.timeout(5_000)
+  const answer = await fetch(port.url, { signal })
   return parseTides(await answer.json())
 }
`

/** A short session, rendered by the very functions that render every share. */
export function homePreview(): Html {
  return html`<figure class="preview"><article class="message user">${say("user", { type: "text", text: "The tide widget hangs when the port’s API is slow. Give it five seconds." })}</article><article class="message assistant">${say(
    "assistant",
    tool("edit", { input: { filePath: "src/tides.ts" }, metadata: { diff: PATCH } }),
    tool("bash", {
      input: { command: "npm test", description: "Run the tests" },
      output: "✓ tides.test.ts (9 tests) 31ms\n\n  9 passed",
      metadata: { exit: 0 },
      time: { start: 0, end: 1900 },
    }),
    {
      type: "text",
      text: "Done: a slow answer now fails after **five seconds**, and the widget shows its last tides.",
    },
  )}</article></figure>`
}

function tool(name: string, state: Record<string, unknown>): Record<string, unknown> {
  return { type: "tool", tool: name, state: { status: "completed", ...state } }
}

function say(role: string, ...parts: readonly Record<string, unknown>[]): Html {
  const rendered = parts.map((part, index) => {
    const id = `preview-${role}-${index}`
    return renderPart({ id, messageID: "", sessionID: "", type: "", ...part } as PartData, id, role, FRAME)
  })
  return html`<div class="parts">${rendered}</div>`
}
