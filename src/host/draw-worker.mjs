// A thread that draws pictures: SVG in, PNG out, one after the other. Plain JavaScript, as a thread starts from a file,
// and this one lies beside the code that starts it both in the sources and when built (build/build.mjs).
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { setFlagsFromString } from "node:v8"
import { parentPort } from "node:worker_threads"
import { initWasm, Resvg } from "@resvg/resvg-wasm"

// By the quick compiler alone: what the other one makes draws in half the time, for 60 MB of memory more, and a service
// that shows links waits for seconds. https://v8.dev/docs/wasm-compilation-pipeline
if (!process.versions.bun) setFlagsFromString("--liftoff-only")

const load = (name) => readFile(new URL(`./fonts/${name}.ttf`, import.meta.url))
const wasm = createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm")

const [program, ...fonts] = await Promise.all([
  readFile(wasm),
  load("regular"),
  load("semibold"),
  load("mono"),
])
await initWasm(program)
const options = { font: { fontBuffers: fonts, loadSystemFonts: false, defaultFontFamily: "Inter" } }

parentPort.on("message", (svg) => {
  const resvg = new Resvg(svg, options)
  const image = resvg.render()
  // Copied out of the module's memory, so that it may be handed over.
  const png = image.asPng().slice()
  image.free()
  resvg.free()
  parentPort.postMessage(png, [png.buffer])
})
