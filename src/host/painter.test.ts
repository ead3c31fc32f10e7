import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { initWasm, Resvg } from "@resvg/resvg-wasm"
import { beforeAll, expect, onTestFinished, test } from "vitest"
import { readFont } from "../../scripts/read-font.ts"
import { renderEncryptedCard } from "../viewer/card/card.ts"
import { FACES, measure } from "../viewer/card/face.ts"
import { line } from "../viewer/card/shapes.ts"
import { createLog } from "./log.ts"
import { createPainter, type PainterOptions } from "./painter.ts"

const PNG = "89504e470d0a1a0a"
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"/>`

function painter(options: Partial<PainterOptions> = {}) {
  const made = createPainter({ log: createLog("silent"), ...options })
  onTestFinished(() => made.close())
  return made
}

const hex = (bytes: Uint8Array, from: number, to: number) =>
  Buffer.from(bytes.subarray(from, to)).toString("hex")

test("it draws one picture after the other, whoever asks meanwhile", async () => {
  const { draw } = painter()
  const pictures = await Promise.all([draw(SVG), draw(renderEncryptedCard()), draw(SVG)])
  for (const png of pictures) expect(hex(png, 0, 8)).toBe(PNG)
  expect(pictures.map((png) => hex(png, 16, 24))).toEqual([
    "0000000800000004",
    "000004b000000276",
    "0000000800000004",
  ])
})

test("what cannot be drawn fails alone, and what waits is drawn", async () => {
  const { draw } = painter()
  const [broken, whole] = await Promise.allSettled([draw("<svg"), draw(SVG)])
  expect(broken.status).toBe("rejected")
  expect(whole.status).toBe("fulfilled")
})

test("who finds too many waiting is told to come again", async () => {
  const { draw } = painter({ maxWaiting: 2 })
  const first = [draw(SVG), draw(SVG), draw(SVG)]
  await expect(draw(SVG)).rejects.toMatchObject({ code: "unavailable" })
  expect(await Promise.all(first)).toHaveLength(3)
})

test("what takes too long is given up", async () => {
  const { draw } = painter({ timeoutMs: 1 })
  await expect(draw(SVG)).rejects.toMatchObject({ code: "unavailable" })
})

test("its thread ends when there is nothing to draw, and another begins when there is", async () => {
  const { draw } = painter({ idleMs: 0 })
  for (let i = 0; i < 3; i++) expect(hex(await draw(SVG), 0, 8)).toBe(PNG)
})

test("once closed it draws nothing more, and what waits is told so", async () => {
  const made = painter()
  const pictures = Promise.allSettled([made.draw(SVG), made.draw(SVG)])
  await made.close()
  expect((await pictures).map(({ status }) => status)).toEqual(["rejected", "rejected"])
  await expect(made.draw(SVG)).rejects.toMatchObject({ code: "unavailable" })
})

const names = Object.keys(FACES) as (keyof typeof FACES)[]

test.each(names)("the widths that the viewer knows are those of the font %s", async (name) => {
  const font = readFont(await fontFile(name))
  expect(font.widths.size).toBeGreaterThan(900)
  for (let code = 0; code < 0x10000; code++) {
    const char = String.fromCharCode(code)
    const width = font.widths.get(code)
    expect(FACES[name].covers(char), char).toBe(width !== undefined)
    // A picture has no place for controls, surrogates and bidirectional characters (viewer/card/legible.ts).
    if (/\p{C}/u.test(char)) expect(width, code.toString(16)).toBeUndefined()
    if (width !== undefined) expect(FACES[name].width(char)).toBe(width / font.unitsPerEm)
  }
})

const fontFile = (name: string) => readFile(new URL(`fonts/${name}.ttf`, import.meta.url))

let fonts: Uint8Array[] = []
beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm")
  await initWasm(await readFile(wasm))
  fonts = await Promise.all(names.map(fontFile))
})

test.each(names)("what is drawn in %s is as wide as was measured, or narrower", (name) => {
  const words = [
    "The quick brown fox",
    "WAVE To. AVATAR Ty",
    "Ελληνικά",
    "Щука съешь",
    "{}[]()<>|/\\",
    "fi ff ffl",
    "iiiiillll1111",
  ]
  for (const text of words) {
    const type = { face: FACES[name], size: 60, tracking: -2 }
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="200">${line(text, type, { x: 10, y: 100 })}</svg>`
    const drawn = new Resvg(svg, { font: { fontBuffers: fonts } }).getBBox()
    const measured = measure(text, type)
    expect(drawn?.width, text).toBeLessThanOrEqual(measured)
    // Or nothing at all would do.
    expect(drawn?.width, text).toBeGreaterThan(measured * 0.85)
  }
})
