import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import {
  contrast,
  GROUND_COLOURS,
  GROUNDS,
  INK,
  nearestColour,
  readHex,
  TEXT_COLOURS,
} from "./ansi-palette.ts"
import { classesOf, PLAIN } from "./ansi-style.ts"

const AA = 4.5
const colours = [undefined, ...Array.from({ length: 256 }, (_, at) => at)]

const RULES = `.ak{color:#000}.aw{color:#fff}
.ad{color:var(--faint)}
.av{background:var(--ink)}
.ab{font-weight:700}
.ai{font-style:italic}
.au{text-decoration:underline}
.as{text-decoration:line-through}
.au.as{text-decoration:underline line-through}
@media print{.terminal span{color:inherit;background:none}}
`

/** Eight rules a line. The text's colour comes last: it is more particular than what black and white stand in for. */
function sheet(): string {
  const rules = [
    ...GROUND_COLOURS.map((colour, at) => `.b${at}{background:${colour}}`),
    ...TEXT_COLOURS.map((colour, at) => `.f${at}{color:${colour}}`),
  ]
  const lines = Array.from({ length: rules.length / 8 }, (_, at) => rules.slice(at * 8, at * 8 + 8).join(""))
  const head =
    "/* biome-ignore-all format: 512 rules of one kind. Written by ansi-style.test.ts with `vitest -u`, from ansi-palette.ts. */"
  return `${head}\n${lines.join("\n")}\n${RULES}`
}

test("The stylesheet holds the palette", async () => {
  await expect(sheet()).toMatchFileSnapshot("styles/ansi.css")
})

test("Every text colour can be read on the terminal and on its errors", () => {
  for (const colour of [...TEXT_COLOURS.map(readHex), INK]) {
    for (const ground of GROUNDS) expect(contrast(colour, ground)).toBeGreaterThanOrEqual(AA)
  }
})

test("Every text colour can be read on every background, either way round", () => {
  let worst = 21
  for (const text of colours) {
    for (const ground of colours) {
      for (const inverse of [true, false]) {
        const names = classesOf({ ...PLAIN, text, ground, inverse }).split(" ")
        const under = names.find((name) => /^(?:b\d+|av)$/.test(name))
        if (under === undefined) continue
        worst = Math.min(worst, contrast(textOf(names), groundOf(under)))
      }
    }
  }
  expect(worst).toBeGreaterThanOrEqual(AA)
})

function textOf(names: readonly string[]) {
  const own = names.find((name) => /^f\d+$/.test(name))
  if (own) return readHex(TEXT_COLOURS[Number(own.slice(1))] ?? "")
  return names.includes("ak") ? readHex("#000000") : names.includes("aw") ? readHex("#ffffff") : INK
}

function groundOf(name: string) {
  return name === "av" ? INK : readHex(GROUND_COLOURS[Number(name.slice(1))] ?? "")
}

test("The grounds and the ink are those of the stylesheets", () => {
  const read = (name: string) => readFileSync(new URL(`./styles/${name}`, import.meta.url), "utf8")
  const hex = (rgb: readonly number[]) =>
    `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`
  expect(read("tokens.css")).toContain(`--term: ${hex(GROUNDS[0] ?? [])};`)
  expect(read("tools.css")).toContain(`background: ${hex(GROUNDS[1] ?? [])};`)
  expect(read("tokens.css").split(".terminal {")[1]).toContain(`--ink: ${hex(INK)};`)
})

test.each([
  [[255, 0, 0], 196],
  [[0, 0, 0], 16],
  [[255, 255, 255], 231],
  [[97, 97, 97], 241],
  [[18, 18, 18], 233],
  [[135, 175, 95], 107],
] as const)("The true colour %j is closest to %i", (rgb, colour) => {
  expect(nearestColour(rgb)).toBe(colour)
})
