import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { PAPER, pageStart } from "./skeleton.ts"

const assets = { script: "/p.js", style: "/s.css", theme: { script: "/t.js", themes: "/t.css" } }

test("The browser's bar is as the paper is", () => {
  const tokens = readFileSync(new URL("./styles/tokens.css", import.meta.url), "utf8")
  expect(tokens).toContain(`--paper: var(--light, ${PAPER.light}) var(--dark, ${PAPER.dark});`)
})

test("What was chosen is there before the page is drawn, and its stylesheet only then", () => {
  const { text } = pageStart({ title: "t", assets, kind: "share" })
  // A script behind a stylesheet waits for it.
  expect(text.indexOf('<script src="/t.js" data-themes="/t.css">')).toBeLessThan(text.indexOf('"stylesheet"'))
  expect(text.match(/rel="stylesheet"/g)).toHaveLength(1)
})
