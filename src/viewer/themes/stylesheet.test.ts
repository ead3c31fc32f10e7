import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { contrast, luminance, mix } from "./colour.ts"
import { THEMES, type ThemeName } from "./names.ts"
import { paletteOf, type Scheme } from "./palettes.ts"
import { demandsOf, TERMINAL_ERROR, TEXT_NAMES } from "./readable.ts"
import { themesStylesheet } from "./stylesheet.ts"
import { type Tokens, tokensOf } from "./tokens.ts"

const NAMES = Object.keys(THEMES) as ThemeName[]
const LOOKS = (["light", "dark"] as const).flatMap((scheme) => NAMES.map((name) => [name, scheme] as const))
const tokensCss = readFileSync(new URL("../styles/tokens.css", import.meta.url), "utf8")
const toolsCss = readFileSync(new URL("../styles/tools.css", import.meta.url), "utf8")
const AA = 4.5
/** A find is marked in the same yellow everywhere, and brings its ink. */
const OF_EVERY_THEME = ["found", "on-found"]
const TERMINAL = ["term", "term-raised"]

/** Our own look, out of the stylesheet that pages have. */
function ownTokens(scheme: Scheme): Record<string, string> {
  const pairs = [...tokensCss.matchAll(/--([\w-]+): var\(--light, (#\w+)\) var\(--dark, (#\w+)\);/g)]
  return Object.fromEntries(pairs.map(([, name, light, dark]) => [name, scheme === "light" ? light : dark]))
}

function faults(tokens: Record<string, string>, scheme: Scheme): string[] {
  const grounds: Record<string, string> = { ...tokens, "term-error": TERMINAL_ERROR }
  const pairs = TEXT_NAMES.flatMap((name) =>
    demandsOf(name, scheme).map(({ on }) => [name, tokens[name], on, grounds[on]] as const),
  )
  const button = mix(tokens.accent ?? "", tokens.ink ?? "", 0.12)
  return [
    ...pairs,
    ["on-accent", tokens["on-accent"], "accent", tokens.accent] as const,
    ["on-accent", tokens["on-accent"], "button:hover", button] as const,
  ]
    .filter(([, text, , ground]) => !text || !ground || contrast(text, ground) < AA)
    .map(([name, text, on, ground]) => `${name} ${text} on ${on} ${ground}`)
}

test.each(LOOKS)("%s, %s: every text can be read on everything that it stands on", (name, scheme) => {
  expect(faults(tokensOf(paletteOf(name, scheme), scheme), scheme)).toEqual([])
})

test.each(["light", "dark"] as const)("The same holds for our own, %s", (scheme) => {
  // Its terminal has colours of its own, which ansi-style.test.ts looks at.
  const own = { term: "#17191c", "term-raised": "#1e2124", ...ownTokens(scheme) }
  expect(faults(own, scheme)).toEqual([])
  const { found = "", "on-found": onFound = "" } = ownTokens(scheme)
  expect(contrast(onFound, found)).toBeGreaterThanOrEqual(AA)
})

test.each(LOOKS)("%s, %s: what has a state, and what changed, can be told", (name, scheme) => {
  const tokens = tokensOf(paletteOf(name, scheme), scheme)
  expect(contrast(tokens["accent-line"], tokens.paper)).toBeGreaterThanOrEqual(3)
  expect(contrast(tokens.focus, tokens.raised)).toBeGreaterThanOrEqual(3)
  for (const kind of ["add", "del"] as const) {
    expect(tokens[`${kind}-wash`]).not.toBe(tokens.raised)
    expect(contrast(tokens[`${kind}-mark`], tokens[`${kind}-wash`])).toBeGreaterThan(1.1)
  }
  expect(tokens.wash).not.toBe(tokens.raised)
})

test("Light looks are light, dark ones are dark, and the paper is OpenCode's", () => {
  for (const [name, scheme] of LOOKS) {
    const palette = paletteOf(name, scheme)
    const tokens = tokensOf(palette, scheme)
    expect(luminance(tokens.paper) > luminance(tokens.ink), `${name} ${scheme}`).toBe(scheme === "light")
    expect(tokens.paper).toBe(palette.background)
  }
})

test("A terminal is as dark as the colours of programs' output take it to be", () => {
  for (const name of NAMES) {
    const { term } = tokensOf(paletteOf(name, "dark"), "dark")
    expect(luminance(term), name).toBeLessThanOrEqual(luminance(TERMINAL_ERROR))
  }
  expect(toolsCss).toContain(TERMINAL_ERROR)
})

test("The stylesheet sets nothing but variables that the pages have, and all of their colours", () => {
  const css = themesStylesheet()
  expect(css.replace(/--[\w-]+:var\(--light,#[\da-f]{6}\)var\(--dark,#[\da-f]{6}\)/g, "")).toMatch(
    /^(:root\[data-theme=[\w-]+\],:root\[data-theme=[\w-]+\] \.terminal\{;*\}\n)+$/,
  )
  const set = Object.keys(tokensOf(paletteOf("nord", "dark"), "dark") satisfies Tokens)
  expect([...set, ...OF_EVERY_THEME].sort()).toEqual([...Object.keys(ownTokens("dark")), ...TERMINAL].sort())
})

test("OpenCode's colour stays where it can be read", () => {
  expect(tokensOf(paletteOf("github", "dark"), "dark")).toMatchObject({ paper: "#0d1117", accent: "#58a6ff" })
})
