import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { kitchenSink, ROOT } from "../../test/fixtures/viewer/kitchen-sink.ts"
import { subagents, TREE_ROOT } from "../../test/fixtures/viewer/subagents.ts"
import type { Document } from "../protocol/document.ts"
import { fold } from "../protocol/fold.ts"
import type { Item } from "../protocol/item.ts"
import { renderChangesPage } from "./changes/changes-page.ts"
import { renderSharePage, type SharePage } from "./page.ts"

// The pages of the fixtures as they are: whoever changes the look sees in review what became of them. `vitest -u`.

const small = JSON.parse(
  readFileSync(new URL("../../test/fixtures/viewer/small.json", import.meta.url), "utf8"),
) as Item[]

const PAGES: Readonly<Record<string, (page: SharePage) => Iterable<string> | undefined>> = {
  page: renderSharePage,
  changes: renderChangesPage,
}
const DOCUMENTS: Readonly<Record<string, Document>> = {
  small: fold(small, "ses_e0411c22dffeowc7ZskwPiINoM"),
  "kitchen-sink": fold(kitchenSink(), ROOT),
  subagents: fold(subagents(), TREE_ROOT),
}

for (const [name, document] of Object.entries(DOCUMENTS)) {
  test.each(Object.entries(PAGES))(`${name}: %s`, async (kind, render) => {
    const at = "2026-10-14T08:12:00.000Z"
    const pieces = render({
      share: { id: "goldenshare", revision: 3, createdAt: at, updatedAt: at },
      document,
      context: { shareID: "goldenshare", assets: { script: "/assets/page.js", style: "/assets/style.css" } },
      baseUrl: "https://share.example.com",
    })
    const html = [...(pieces ?? [])].join("")
    // An element a line, so that a difference is a line too.
    await expect(html.replaceAll(/(?<=>)(?=<(?!\/))/g, "\n")).toMatchFileSnapshot(
      `../../test/fixtures/viewer/golden/${name}-${kind}.html`,
    )
  })
}
