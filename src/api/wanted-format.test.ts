import { expect, test } from "vitest"
import { chooseFormat } from "./wanted-format.ts"

const CHROME =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"

test.each([
  [undefined, undefined],
  ["", undefined],
  ["*/*", undefined],
  ["text/*", undefined],
  ["text/html", undefined],
  [CHROME, undefined],
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", undefined],
  ["image/png", undefined],
  ["text/markdown", "md"],
  ["TEXT/Markdown;charset=utf-8", "md"],
  ["text/plain", "txt"],
  ["application/json", "json"],
  ["application/*", "json"],
])("[T3] %s gives %s", (accept, form) => {
  expect(chooseFormat(accept)).toBe(form)
})

test.each([
  ["text/markdown;q=0.9, text/html", undefined],
  ["text/html;q=0.7, text/markdown;q=0.8", "md"],
  ["text/html;q=0, */*;q=0.1", "md"],
  ["text/markdown;q=0, text/html;q=0.1", undefined],
  ["text/plain;q=1.0, text/markdown;q=0.9, text/html;q=0.8, */*;q=0.1", "txt"],
  ["text/markdown;q=1.0, text/x-markdown;q=0.9, text/plain;q=0.8, text/html;q=0.7, */*;q=0.1", "md"],
  [
    "text/html;q=1.0, application/xhtml+xml;q=0.9, text/plain;q=0.8, text/markdown;q=0.7, */*;q=0.1",
    undefined,
  ],
  ["text/plain;q=2, text/html;q=0.5", "txt"],
])("[T3] weights decide: %s gives %s", (accept, form) => {
  expect(chooseFormat(accept)).toBe(form)
})

test.each([
  ["text/markdown, text/html, */*", "md"],
  ["text/markdown, */*", "md"],
  ["text/html, text/markdown", undefined],
  ["application/json, text/plain, */*", undefined],
  ["text/plain, */*", undefined],
])(
  "[T3] at the same weight only Markdown that is named first goes before the page: %s gives %s",
  (accept, form) => {
    expect(chooseFormat(accept)).toBe(form)
  },
)
